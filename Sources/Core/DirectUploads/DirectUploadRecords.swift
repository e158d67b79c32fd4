import MediaStorage
import Storage

/// The SQL of photos on their way.
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
        _ id: ID<Photo>, of account: ID<Account>, _ name: UploadName, _ wish: UploadRequest,
        at time: Int64,
        in connection: any Connection
    ) throws {
        try connection.run(
            """
            INSERT INTO direct_uploads (id, account_id, name, content_type, byte_count, alt_text, created_at)
            VALUES (\(id), \(account), \(name.description), \(wish.contentType), \(wish.byteCount), \(wish.altText), \(time))
            """)
    }

    /// How many offers to `account` were made after `time` and until now, and when the first of them was.
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

    /// All that an account has on its way.
    static func all(of account: ID<Account>, in connection: any Connection) throws -> [Record] {
        try connection.rows("SELECT \(columns) FROM direct_uploads WHERE account_id = \(account)", record)
            .compactMap { $0 }
    }

    /// Takes out one of `account`; nil where there is none such.
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

    /// Whether it was there.
    static func delete(_ id: ID<Photo>, in connection: any Connection) throws -> Bool {
        try connection.run("DELETE FROM direct_uploads WHERE id = \(id)") == 1
    }

    /// Takes out the offers from before `time`.
    static func take(before time: Int64, in connection: any Connection) throws -> [Record] {
        try connection.rows(
            "DELETE FROM direct_uploads WHERE created_at < \(time) RETURNING \(columns)", record
        )
        .compactMap { $0 }
    }

    static func names(in connection: any Connection) throws -> Set<String> {
        Set(try connection.rows("SELECT name FROM direct_uploads") { $0.text() })
    }
}
