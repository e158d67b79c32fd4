import GRDB
import GRDBSQLite
import Storage

import protocol Storage.Row
import struct Storage.SQL

/// A connection of the GRDB pool during a transaction. It uses GRDB's cache of prepared statements, but
/// passes binds and columns to SQLite directly by position, because GRDB's rows with named values are slower.
struct SQLiteConnection: Connection {
    let database: Database
    var dialect: Dialect { .sqlite }

    func rows<T>(_ sql: SQL, _ make: (inout RowReader) throws -> T) throws -> [T] {
        let statement = try cached(sql).sqliteStatement
        try bind(sql.binds, to: statement)
        defer { sqlite3_reset(statement) }
        let row = SQLiteRow(statement: statement)
        var values: [T] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW:
                var reader = RowReader(row)
                values.append(try make(&reader))
            case SQLITE_DONE: return values
            default: throw failure()
            }
        }
    }

    func run(_ sql: SQL) throws -> Int {
        let before = sqlite3_total_changes(database.sqliteConnection)
        let statement = try cached(sql)
        try bind(sql.binds, to: statement.sqliteStatement)
        defer { sqlite3_reset(statement.sqliteStatement) }
        var code = SQLITE_ROW
        while code == SQLITE_ROW { code = sqlite3_step(statement.sqliteStatement) }
        guard code == SQLITE_DONE else { throw failure() }
        // If nothing changed, sqlite3_changes() still returns the number of the previous change.
        guard sqlite3_total_changes(database.sqliteConnection) != before else { return 0 }
        return Int(sqlite3_changes(database.sqliteConnection))
    }

    /// Returns how many steps of SQLite's virtual machine a statement takes.
    func steps(of sql: SQL) throws -> Int {
        let statement = try cached(sql).sqliteStatement
        sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1)
        _ = try rows(sql) { _ in }
        return Int(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1))
    }

    func script(_ text: String) throws {
        do { try database.execute(sql: text) } catch { throw StorageError(error) }
    }

    private func cached(_ sql: SQL) throws -> Statement {
        do { return try database.cachedStatement(sql: sql.text) } catch { throw StorageError(error) }
    }

    private func bind(_ binds: [Bind], to statement: SQLiteStatement) throws {
        sqlite3_reset(statement)
        for (position, bind) in binds.enumerated() {
            let index = CInt(position + 1)
            let code: CInt =
                switch bind {
                case .null: sqlite3_bind_null(statement, index)
                case .int(let value): sqlite3_bind_int64(statement, index, value)
                case .double(let value): sqlite3_bind_double(statement, index, value)
                // The text may contain zero bytes, so its length is passed explicitly.
                case .text(let value):
                    sqlite3_bind_text(statement, index, value, CInt(value.utf8.count), transient)
                case .bytes(let value):
                    value.isEmpty
                        ? sqlite3_bind_zeroblob(statement, index, 0)
                        : sqlite3_bind_blob(statement, index, value, CInt(value.count), transient)
                }
            guard code == SQLITE_OK else { throw failure() }
        }
    }

    private func failure() -> StorageError {
        let code = sqlite3_extended_errcode(database.sqliteConnection)
        let message = String(cString: sqlite3_errmsg(database.sqliteConnection))
        return StorageError(
            code: code, message: message, systemError: sqlite3_system_errno(database.sqliteConnection))
    }
}

/// SQLITE_TRANSIENT, a macro that Swift does not import. SQLite copies the bytes before the call returns.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

struct SQLiteRow: Row {
    let statement: SQLiteStatement

    func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, CInt(column)) == SQLITE_NULL }
    func int(_ column: Int) -> Int64 { sqlite3_column_int64(statement, CInt(column)) }
    func double(_ column: Int) -> Double { sqlite3_column_double(statement, CInt(column)) }

    func text(_ column: Int) -> String {
        guard let text = sqlite3_column_text(statement, CInt(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, CInt(column)))
        return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }

    func bytes(_ column: Int) -> [UInt8] {
        guard let bytes = sqlite3_column_blob(statement, CInt(column)) else { return [] }
        return Array(
            UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, CInt(column)))))
    }
}
