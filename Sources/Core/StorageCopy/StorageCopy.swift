import Storage

/// Copies all records from one storage to another, which may use different engines.
///
/// It reads each table in the order of its key, in batches, and writes only differences. So an interrupted
/// copy continues when it runs again, and a complete copy changes nothing. At the end it reads the rows of
/// both storages again and compares their counts and checksums.
package struct StorageCopy: Sendable {
    private static let batch = 500

    let source: any Storage
    let target: any Storage

    package init(from source: any Storage, to target: any Storage) {
        self.source = source
        self.target = target
    }

    /// The progress in rows of all tables. Each row counts twice: once when it is copied and once when it is
    /// compared.
    package struct Progress: Sendable {
        package let step: String
        package let done: Int
        package let total: Int
    }

    /// The result for one table, which is now equal in both storages.
    package struct Copied: Sendable, Equatable {
        package let table: String
        package let rows: Int
        /// SHA-256 in hexadecimal digits.
        package let checksum: String
        /// The number of rows that this run wrote or removed.
        package let changes: Int
    }

    /// - Parameters:
    ///   - isReplacing: whether to remove accounts from the target that the source does not have.
    ///   - report: receives the progress after every few hundred rows.
    /// - Throws: ``StorageError`` if the target belongs to another community, or if the storages differ at
    ///   the end.
    package func run(
        isReplacing: Bool = false, report: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws -> [Copied] {
        if !isReplacing { try await refuseAnotherCommunity() }
        let total = try await source.read { connection in
            try CopiedTable.all.reduce(0) { try $0 + $1.count(in: connection) }
        }
        var done = 0
        var changes: [String: Int] = [:]
        for table in CopiedTable.all {
            changes[table.name] = try await copy(table) { count in
                done += count
                report(Progress(step: table.name, done: done, total: total * 2))
            }
        }
        report(Progress(step: "search", done: done, total: total * 2))
        try await SearchIndexes(storage: target).update()
        var copied: [Copied] = []
        for table in CopiedTable.all {
            let (here, there) = (
                try await checksum(of: table, in: source), try await checksum(of: table, in: target)
            )
            guard here.hexadecimal == there.hexadecimal, here.count == there.count else {
                throw StorageError.other(
                    """
                    the table \(table.name) has \(here.count) rows in the source and \(there.count) in the \
                    target, and they differ. Stop every server that uses one of the databases and run this \
                    command again
                    """)
            }
            copied.append(
                Copied(
                    table: table.name, rows: here.count, checksum: here.hexadecimal,
                    changes: changes[table.name, default: 0]))
            done += here.count
            report(Progress(step: "comparing \(table.name)", done: done, total: total * 2))
        }
        try await target.write { try $0.script("ANALYZE") }
        return copied
    }

    private func refuseAnotherCommunity() async throws {
        let accounts: @Sendable (any Connection) throws -> [Int64: String] = { connection in
            let pairs = try connection.rows("SELECT id, username FROM accounts") { ($0.int(), $0.text()) }
            return Dictionary(uniqueKeysWithValues: pairs)
        }
        let (here, there) = (try await source.read(accounts), try await target.read(accounts))
        if let unknown = there.first(where: { here[$0.key] == nil }) {
            throw StorageError.other(
                """
                the target contains the account \(unknown.value), which the source does not. It may belong \
                to another community. Empty the target, or use --replace to replace everything in it
                """)
        }
    }

    /// Copies a table.
    /// - Returns: how many rows were written or removed.
    private func copy(_ table: CopiedTable, advance: (Int) -> Void) async throws -> Int {
        let columns = try await source.read { try table.columns(in: $0) }
        guard try await target.read({ try table.columns(in: $0) }) == columns else {
            throw StorageError.other(
                """
                the table \(table.name) has different columns in the target. Both databases need the schema \
                of this version
                """)
        }
        var last: [Bind]?
        var changes = 0
        while true {
            let low = last
            let rows = try await source.read {
                try table.rows(after: low, limit: Self.batch, columns, in: $0)
            }
            guard let end = rows.last else { break }
            let high = table.key(of: end, columns)
            changes += try await target.write { connection in
                let there = try table.rows(after: low, upTo: high, columns, in: connection)
                guard there != rows else { return 0 }
                let keys = Set(rows.map { table.key(of: $0, columns) })
                let superfluous = there.map { table.key(of: $0, columns) }.filter { !keys.contains($0) }
                try table.delete(superfluous, in: connection)
                let known = Set(there)
                let new = rows.filter { !known.contains($0) }
                try table.upsert(new, columns, in: connection)
                try Self.outdateIndexes(of: table, in: connection)
                return superfluous.count + new.count
            }
            last = high
            advance(rows.count)
        }
        let end = last
        return try await changes
            + target.write { connection in
                let count = try table.delete(after: end, in: connection)
                if count > 0 { try Self.outdateIndexes(of: table, in: connection) }
                return count
            }
    }

    /// Stores that the search indexes of the target must be rebuilt, even if this copy is interrupted.
    private static func outdateIndexes(of table: CopiedTable, in connection: any Connection) throws {
        if SearchIndexes.tables.contains(table.name) { try SearchIndexes.markOutdated(in: connection) }
    }

    private func checksum(of table: CopiedTable, in storage: any Storage) async throws -> RowsChecksum {
        let columns = try await storage.read { try table.columns(in: $0) }
        var sum = RowsChecksum()
        var last: [Bind]?
        while true {
            let low = last
            let rows = try await storage.read {
                try table.rows(after: low, limit: Self.batch, columns, in: $0)
            }
            guard let end = rows.last else { return sum }
            for row in rows { sum.add(row) }
            last = table.key(of: end, columns)
        }
    }
}
