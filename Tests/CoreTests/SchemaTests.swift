import Foundation
import Storage
import TestSupport
import Testing

@testable import Core

/// What “Add a migration” in CONTRIBUTING.md demands of every migration.
struct SchemaTests {
    /// The checksums of the released migrations, with SQLite and PostgreSQL. A new migration adds a row; a
    /// row never changes, because databases contain these numbers.
    private static let released: [(file: String, sqlite: Int64, postgres: Int64)] = [
        ("001-initial", -6_265_653_035_689_293_084, 7_128_583_837_440_655_049),
        ("002-product", -1_822_929_432_615_654_144, 8_509_655_973_358_349_672),
        ("003-direct-uploads", 5_125_372_117_099_304_174, 5_926_610_725_812_697_505),
        ("004-jobs", -9_215_889_601_404_325_512, -6_739_868_269_575_159_744),
        ("005-photo-file-dates", -837_985_790_994_441_505, 1_222_947_235_926_203_532),
        ("006-bounded-lists", -331_484_335_038_321_529, -331_484_335_038_321_529),
        ("007-former-usernames", -6_202_768_776_073_872_763, 319_054_087_938_947_876),
        ("008-hidden-reactions", 5_575_053_462_762_774_796, -1_791_519_238_493_083_247),
        ("009-request-keys", -1_438_464_336_761_277_646, -2_772_043_936_143_510_256),
        ("010-search-words", -2_225_030_318_685_563_603, -1_009_330_257_667_073_587),
        ("011-second-factors", -1_368_293_562_952_826_330, 642_496_639_202_380_113),
    ]

    @Test func `no migration has been edited since its release`() async throws {
        try await TestEngine.withStorage { storage in
            try await Community.migrate(storage)
            let checksums = try await storage.read { connection in
                try connection.rows("SELECT checksum FROM schema_migrations ORDER BY number") { $0.int() }
            }
            #expect(checksums == Self.released.map { TestEngine.isPostgres ? $0.postgres : $0.sqlite })
        }
    }

    @Test func `every migration is in a file of its own with its number`() throws {
        let files = try FileManager.default.contentsOfDirectory(
            atPath: Fixtures.root + "/Sources/Core/Schema")
        #expect(
            files.sorted() == Self.released.map { $0.file + ".swift" } + ["Schema.swift"])
        #expect(Schema.migrations.map(\.number) == Self.released.compactMap { Int($0.file.prefix(3)) })
    }

    @Test func `what refers to an account, a post or a comment disappears with it`() async throws {
        try await TestEngine.withStorage { storage in
            try await Community.migrate(storage)
            let rules = try await storage.read { connection in
                TestEngine.isPostgres
                    ? try connection.rows(
                        """
                        SELECT conrelid::regclass::text, confdeltype::text FROM pg_constraint
                        WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
                        """
                    ) { (table: $0.text(), rule: $0.text() == "c" ? "CASCADE" : "other") }
                    : try connection.rows(
                        """
                        SELECT tables.name, keys.on_delete
                        FROM sqlite_master tables JOIN pragma_foreign_key_list(tables.name) keys
                        WHERE tables.type = 'table'
                        """
                    ) { (table: $0.text(), rule: $0.text()) }
            }
            #expect(rules.count > 20)
            #expect(rules.filter { $0.rule != "CASCADE" }.map(\.table) == [])
        }
    }
}
