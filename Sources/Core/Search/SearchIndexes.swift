import Logging
import Storage

/// Rebuilds the full-text search indexes and the tags of posts from the accounts and posts.
///
/// The database stores the version of its indexes, or how far a rebuild has come. So a rebuild that was
/// interrupted continues, and posts that appear or disappear meanwhile are in the index or not, as usual.
package struct SearchIndexes: Sendable {
    /// The version of the terms. It is increased with every change of ``SearchFolding``, ``SearchWord``,
    /// ``SearchDocument`` or ``RichText`` that makes other terms or tags of a text. The next start then
    /// rebuilds the indexes.
    static let version = 2
    /// The tables that the indexes are made from.
    static let tables: Set<String> = ["accounts", "posts", "photos"]
    /// The fact that stores the version, or the place of a rebuild.
    static let fact = "search_indexes"
    private static let batch = 500

    let storage: any Storage

    package init(storage: any Storage) { self.storage = storage }

    /// The progress of a rebuild, in accounts and posts.
    package struct Progress: Sendable {
        package let done: Int
        package let total: Int
    }

    /// Rebuilds the indexes completely.
    package func rebuild() async throws {
        try await storage.write(Self.markOutdated)
        try await update()
    }

    /// Rebuilds the indexes if they are not of this version.
    /// - Parameter report: receives the progress at the start and after every few hundred accounts and posts.
    package func update(report: (Progress) -> Void = { _ in }) async throws {
        guard var place = try await storage.read(Place.stored) else { return }
        let total = try await storage.read { connection in
            try ["accounts", "posts"].reduce(0) {
                try $0 + (connection.int("SELECT count(*) FROM \(names: [$1])") ?? 0)
            }
        }
        var done = 0
        while true {
            report(Progress(done: done, total: Int(total)))
            let start = place
            let (count, next) = try await storage.write { try Self.index(after: start, in: $0) }
            guard let next else { return }
            done += count
            place = next
        }
    }

    /// Stores that the indexes differ from the accounts and posts, in the transaction that changes these
    /// without changing the indexes.
    static func markOutdated(in connection: any Connection) throws {
        try Facts.remove(fact, in: connection)
    }

    // MARK: - Steps

    /// How far a rebuild has come: up to the row `last` of a table.
    private struct Place: Sendable {
        var table = Table.accounts
        var last: Int64 = 0

        enum Table: String { case accounts, posts }

        /// Returns where the rebuild begins or continues; nil if the indexes are complete.
        static func stored(in connection: any Connection) throws -> Place? {
            let fields = try Facts.value(fact, in: connection)?.split(separator: " ") ?? []
            guard fields.first == "\(version)" else { return Place() }
            if fields.count == 1 { return nil }
            guard fields.count == 3, let table = Table(rawValue: String(fields[1])),
                let last = Int64(fields[2])
            else { return Place() }
            return Place(table: table, last: last)
        }

        static func store(_ place: Place?, in connection: any Connection) throws {
            let text = place.map { "\(version) \($0.table.rawValue) \($0.last)" } ?? "\(version)"
            try Facts.set(fact, to: text, in: connection)
        }
    }

    /// Indexes the next rows.
    /// - Returns: how many rows these were, and where to continue; nil at the end.
    private static func index(after place: Place, in connection: any Connection) throws -> (Int, Place?) {
        if place.table == .accounts, place.last == 0 { try SearchRecords.deleteOrphans(in: connection) }
        let (count, last) =
            switch place.table {
            case .accounts: try indexAccounts(after: place.last, in: connection)
            case .posts: try indexPosts(after: place.last, in: connection)
            }
        var next: Place?
        if let last {
            next = Place(table: place.table, last: last)
        } else if place.table == .accounts {
            next = Place(table: .posts)
        }
        try Place.store(next, in: connection)
        return (count, next)
    }

    private static func indexAccounts(
        after last: Int64, in connection: any Connection
    ) throws -> (count: Int, last: Int64?) {
        let accounts = try connection.rows(
            """
            SELECT id, username, full_name FROM accounts WHERE id > \(last) ORDER BY id LIMIT \(batch)
            """
        ) { ($0.id() as ID<Account>, $0.text(), $0.text()) }
        for (id, username, name) in accounts {
            try SearchRecords.index(id, username, name, in: connection)
        }
        return (accounts.count, accounts.last?.0.value)
    }

    private static func indexPosts(
        after last: Int64, in connection: any Connection
    ) throws -> (count: Int, last: Int64?) {
        let posts = try connection.rows(
            "SELECT id, caption FROM posts WHERE id > \(last) ORDER BY id LIMIT \(batch)"
        ) { ($0.id() as ID<Post>, $0.text()) }
        let photos = try PhotoRecords.photos(of: posts.map(\.0), in: connection)
        for (id, caption) in posts {
            try PostRecords.index(id, caption: caption, photos: photos[id] ?? [], in: connection)
        }
        return (posts.count, posts.last?.0.value)
    }
}

extension SearchIndexes {
    /// Updates the indexes as ``update(report:)`` does, and logs the progress of a rebuild every few seconds.
    func update(logger: Logger?) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        var logged = start
        var total = 0
        try await update { progress in
            let metadata: Logger.Metadata = ["done": "\(progress.done)", "of": "\(progress.total)"]
            if total == 0, progress.total > 0 {
                total = progress.total
                logger?.notice("Rebuilding the search indexes, because this version has better ones")
            } else if clock.now - logged > .seconds(5) {
                logged = clock.now
                logger?.notice("Rebuilding the search indexes", metadata: metadata)
            }
        }
        guard total > 0 else { return }
        logger?.notice(
            "The search indexes are rebuilt",
            metadata: ["entries": "\(total)", "seconds": "\((clock.now - start).components.seconds)"])
    }
}
