import MediaStorage
import Storage

/// The SQL of direct uploads: offers whose photos are not posted yet.
enum DirectUploadRecords {
    struct Record: Sendable {
        let id: ID<Photo>
        let name: UploadName
        let byteCount: Int64
        let altText: String
        let createdAt: Int64
    }

    private static let columns: SQL = "id, name, byte_count, alt_text, created_at"

    private static func record(_ row: inout RowReader) -> Record? {
        let id: ID<Photo> = row.id()
        let name = UploadName(row.text())
        let (byteCount, altText, createdAt) = (row.int(), row.text(), row.int())
        return name.map {
            Record(id: id, name: $0, byteCount: byteCount, altText: altText, createdAt: createdAt)
        }
    }

    static func insert(
        _ id: ID<Photo>, of account: ID<Account>, _ name: UploadName, _ request: UploadRequest,
        at time: Int64,
        in connection: any Connection
    ) throws {
        try connection.run(
            """
            INSERT INTO direct_uploads (id, account_id, name, content_type, byte_count, alt_text, created_at)
            VALUES (\(id), \(account), \(name.description), \(request.contentType), \(request.byteCount), \
            \(request.altText), \(time))
            """)
    }

    /// Returns the number of offers to `account` after `time` and until `now`, and the time of the first of
    /// them.
    static func offers(
        to account: ID<Account>, after time: Int64, now: Int64, in connection: any Connection
    ) throws -> (count: Int, first: Int64?) {
        try connection.row(
            """
            SELECT count(*), min(created_at) FROM direct_uploads
            WHERE account_id = \(account) AND created_at > \(time) AND created_at <= \(now)
            """
        ) { ($0.count(), $0.intOrNil()) } ?? (0, nil)
    }

    /// Returns all direct uploads of an account.
    static func all(of account: ID<Account>, in connection: any Connection) throws -> [Record] {
        try connection.rows("SELECT \(columns) FROM direct_uploads WHERE account_id = \(account)", record)
            .compactMap { $0 }
    }

    /// Deletes a direct upload of `account` and returns it; nil if there is none with this id.
    static func take(_ id: ID<Photo>, of account: ID<Account>, in connection: any Connection) throws
        -> Record?
    {
        try connection.row(
            "DELETE FROM direct_uploads WHERE id = \(id) AND account_id = \(account) RETURNING \(columns)",
            record
        ) ?? nil
    }

    static func find(_ name: UploadName, in connection: any Connection) throws -> Record? {
        try connection.rows("SELECT \(columns) FROM direct_uploads WHERE name = \(name.description)", record)
            .first ?? nil
    }

    static func find(_ ids: [ID<Photo>], of account: ID<Account>, in connection: any Connection) throws
        -> [Record]
    {
        try connection.rows(
            """
            SELECT \(columns) FROM direct_uploads
            WHERE account_id = \(account) AND id IN \(list: ids.map(\.value), connection.dialect)
            """, record
        ).compactMap { $0 }
    }

    /// Deletes a direct upload. Returns false if there was none.
    static func delete(_ id: ID<Photo>, in connection: any Connection) throws -> Bool {
        try connection.run("DELETE FROM direct_uploads WHERE id = \(id)") == 1
    }

    /// Deletes the offers from before `time` and returns them.
    static func deleteAll(before time: Int64, in connection: any Connection) throws -> [Record] {
        try connection.rows(
            "DELETE FROM direct_uploads WHERE created_at < \(time) RETURNING \(columns)", record
        )
        .compactMap { $0 }
    }

    static func names(in connection: any Connection) throws -> Set<String> {
        Set(try connection.rows("SELECT name FROM direct_uploads") { $0.text() })
    }
}
