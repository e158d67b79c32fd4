import Crypto
import Encodings
import Storage

/// A table that is copied between database engines: its columns, and the key that sorts it in the same order
/// in both.
package struct CopiedTable: Sendable {
    package let name: String
    let key: [String]
    /// Another column with unique values.
    private let unique: String?
    /// The condition of the rows that are copied. The others stay as they are in both storages.
    private let condition: SQL

    /// All tables except the search indexes, which are rebuilt. A table comes after the tables that it refers
    /// to. Jobs are copied, because pending work, such as the removal of a deleted photo's files, must be
    /// done in the new database. Facts are copied, because the copy is the same community, with the id that
    /// its photos are marked with; but not the version of the search indexes.
    package static let all = [
        CopiedTable("accounts"), CopiedTable("former_usernames", key: "username"),
        CopiedTable("request_keys", key: "account_id", "purpose", "key"),
        CopiedTable("credentials", key: "hash"), CopiedTable("invites", key: "hash"),
        CopiedTable("authenticators", key: "account_id"),
        CopiedTable("recovery_codes", key: "account_id", "hash"),
        CopiedTable("trusted_browsers", key: "account_id", "hash"),
        CopiedTable("sign_in_tickets", key: "hash"),
        CopiedTable("posts"), CopiedTable("photos"), CopiedTable("direct_uploads"),
        CopiedTable("unclaimed_files", key: "files"), CopiedTable("post_tags", key: "tag", "post_id"),
        CopiedTable("likes"),
        CopiedTable("saves"), CopiedTable("comments"), CopiedTable("comment_likes"), CopiedTable("follows"),
        CopiedTable("follow_requests"), CopiedTable("blocks"), CopiedTable("mutes"),
        CopiedTable("notifications"),
        CopiedTable("jobs", unique: "key"),
        CopiedTable("facts", key: "name", where: "name <> \(SearchIndexes.fact)"),
    ]

    private init(_ name: String, key: String..., unique: String? = nil, where condition: SQL = "1 = 1") {
        self.name = name
        self.unique = unique
        self.condition = condition
        self.key = key.isEmpty ? ["id"] : key
    }

    /// A column and the type of its values.
    struct Column: Sendable, Equatable {
        let name: String
        let kind: Bind.Kind
    }

    /// The columns that the table has in the database, sorted by name.
    func columns(in connection: any Connection) throws -> [Column] {
        let query: SQL =
            switch connection.dialect {
            case .sqlite: "SELECT name, type FROM pragma_table_info(\(name))"
            case .postgres:
                """
                SELECT column_name, data_type FROM information_schema.columns
                WHERE table_name = \(name) AND table_schema = current_schema()
                """
            }
        return try connection.rows(query) { row -> Column in
            let (column, type) = (row.text(), row.text())
            let kind: Bind.Kind? =
                switch type.lowercased() {
                case "integer", "bigint": .int
                case "text": .text
                case "blob", "bytea": .bytes
                default: nil
                }
            guard let kind else {
                throw StorageError.other("\(name).\(column) has a type that cannot be copied: \(type)")
            }
            return Column(name: column, kind: kind)
        }.sorted { $0.name < $1.name }
    }

    func count(in connection: any Connection) throws -> Int {
        Int(try connection.int("SELECT count(*) FROM \(names: [name]) WHERE \(condition)") ?? 0)
    }

    /// The greatest id, from the index of the key. Returns nil if the table is empty or its key is no id.
    func newestID(in connection: any Connection) throws -> Int64? {
        guard key == ["id"] else { return nil }
        return try connection.row("SELECT MAX(id) FROM \(names: [name])") { $0.intOrNil() } ?? nil
    }

    /// The rows after the key `low` and up to the key `high`, in the order of the key. Without `low`, from
    /// the start. Without `high`, to the end.
    func rows(
        after low: [Bind]?, upTo high: [Bind]? = nil, limit: Int? = nil, _ columns: [Column],
        in connection: any Connection
    ) throws -> [[Bind]] {
        var query: SQL = "SELECT \(names: columns.map(\.name)) FROM \(names: [name]) WHERE \(condition)"
        if let low { query = "\(query) AND \(tuple) > (\(list(low)))" }
        if let high { query = "\(query) AND \(tuple) <= (\(list(high)))" }
        query = "\(query) ORDER BY \(names: key)"
        if let limit { query = "\(query) LIMIT \(limit)" }
        return try connection.rows(query) { row in
            columns.map { row.bind($0.kind) }
        }
    }

    /// The key of a row.
    func key(of row: [Bind], _ columns: [Column]) -> [Bind] {
        key.compactMap { name in columns.firstIndex { $0.name == name }.map { row[$0] } }
    }

    /// Adds rows, or updates those with the same key.
    func upsert(_ rows: [[Bind]], _ columns: [Column], in connection: any Connection) throws {
        try deleteConflicts(with: rows, columns, in: connection)
        let names = columns.map(\.name)
        let set = names.filter { !key.contains($0) }.map { "\(names: [$0]) = excluded.\(names: [$0])" as SQL }
        let otherwise: SQL = set.isEmpty ? "DO NOTHING" : "DO UPDATE SET \(joined(set))"
        // Several rows per statement, because every statement costs a network round trip.
        for start in stride(from: 0, to: rows.count, by: 50) {
            let values = rows[start..<min(rows.count, start + 50)].map { "(\(list($0)))" as SQL }
            let statement: SQL = """
                INSERT INTO \(names: [name]) (\(names: names)) VALUES \(joined(values))
                ON CONFLICT (\(names: key)) \(otherwise)
                """
            try connection.run(statement)
        }
    }

    /// Deletes rows with other keys that have the same value in the unique column as one of `rows`.
    private func deleteConflicts(with rows: [[Bind]], _ columns: [Column], in connection: any Connection)
        throws
    {
        guard let unique, let index = columns.firstIndex(where: { $0.name == unique }) else { return }
        for row in rows where row[index] != .null(columns[index].kind) {
            let own = self.key(of: row, columns)
            try connection.run(
                """
                DELETE FROM \(names: [name]) WHERE \(names: [unique]) = \(AnyBind(bind: row[index]))
                AND \(tuple) <> (\(list(own)))
                """)
        }
    }

    func delete(_ keys: [[Bind]], in connection: any Connection) throws {
        for key in keys { try connection.run("DELETE FROM \(names: [name]) WHERE \(tuple) = (\(list(key)))") }
    }

    func delete(after key: [Bind]?, in connection: any Connection) throws -> Int {
        var statement: SQL = "DELETE FROM \(names: [name]) WHERE \(condition)"
        if let key { statement = "\(statement) AND \(tuple) > (\(list(key)))" }
        return try connection.run(statement)
    }

    private var tuple: SQL { "(\(names: key))" }

    private func list(_ values: [Bind]) -> SQL { joined(values.map { "\(AnyBind(bind: $0))" }) }

    private func joined(_ fragments: [SQL]) -> SQL {
        fragments.dropFirst().reduce(fragments.first ?? "") { "\($0), \($1)" }
    }

    /// A bind of any kind, for interpolation into SQL.
    private struct AnyBind: Bindable { let bind: Bind }
}

/// A checksum of rows that does not depend on the engine: SHA-256 of the kind, length and bytes of each
/// value.
struct RowsChecksum {
    private var hash = SHA256()
    private(set) var count = 0

    mutating func add(_ row: [Bind]) {
        count += 1
        for value in row {
            switch value {
            case .null: add(0, [])
            case .int(let number): add(1, withUnsafeBytes(of: number.littleEndian) { Array($0) })
            case .text(let text): add(2, Array(text.utf8))
            case .bytes(let bytes): add(3, bytes)
            case .double(let number):
                add(4, withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) })
            }
        }
    }

    private mutating func add(_ kind: UInt8, _ bytes: [UInt8]) {
        hash.update(data: [kind])
        withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hash.update(bufferPointer: $0) }
        hash.update(data: bytes)
    }

    var hexadecimal: String { hash.finalize().hexadecimal }
}
