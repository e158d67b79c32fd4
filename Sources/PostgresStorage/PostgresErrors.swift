import CPostgres
import Storage

/// An error that the server reported: its five-character code
/// (https://www.postgresql.org/docs/current/errcodes-appendix.html) and the corresponding ``StorageError``.
struct PostgresFailure: Error {
    /// The error code. It is empty if there was no response, because the connection was lost.
    let state: String
    /// The function of the server that reported the error. Some errors differ only in this.
    let function: String
    let error: StorageError
    /// Whether the id of a new row already exists, because another instance created the same id in the same
    /// millisecond.
    private let isIDTaken: Bool

    init(_ result: OpaquePointer?, on connection: OpaquePointer) {
        func field(_ code: CInt) -> String {
            PQresultErrorField(result, code).map { String(cString: $0) } ?? ""
        }
        state = field(error_field_state)
        function = field(error_field_function)
        let message = field(error_field_message)
        let table = field(error_field_table)
        let columns = Self.columns(of: table, in: field(error_field_detail))
        isIDTaken = state == "23505" && columns == "\(table).id"
        error =
            switch state {
            case "23505": .unique(columns ?? field(error_field_constraint))
            default:
                StorageError(
                    state: state, message: message.isEmpty ? Self.message(of: connection) : message)
            }
    }

    /// The last error message of libpq for a connection, in one line.
    static func message(of connection: OpaquePointer) -> String {
        String(cString: PQerrorMessage(connection)).split(separator: "\n").joined(separator: " ")
    }

    /// Whether the transaction conflicted with another one. It may succeed if it runs again with new ids.
    var isConflict: Bool { state == "40001" || state == "40P01" || isIDTaken }

    /// Whether the server is shutting down or has closed this connection.
    var isEndOfConnection: Bool { state.hasPrefix("57P") || state.hasPrefix("08") || state == "25P03" }

    /// Whether the prepared statements of the connection are not valid any more, because the schema has
    /// changed or there is a connection pooler. A new connection has no prepared statements.
    var isStale: Bool { state == "26000" || state == "0A000" && function == "RevalidateCachedQuery" }

    /// Returns the columns of a unique key in the format of SQLite, `table.column, table.other`. They are
    /// parsed from an error detail such as `Key (column, other)=(1, 2) already exists.` in any language.
    static func columns(of table: String, in detail: String) -> String? {
        guard let end = detail.firstRange(of: ")=("),
            let start = detail[..<end.lowerBound].firstIndex(of: "(")
        else {
            return nil
        }
        return detail[detail.index(after: start)..<end.lowerBound].split(separator: ", ").map {
            "\(table).\($0)"
        }
        .joined(separator: ", ")
    }
}

extension StorageError {
    /// Converts an error code of PostgreSQL.
    init(state: String, message: String) {
        switch state {
        case "23505": self = .unique(message)
        case "23503", "23001": self = .foreignKey
        case "40001", "40P01", "57014", "55P03", "53000", "53200", "53300", "53400", "25P03": self = .busy
        case "53100": self = .full
        case "25006": self = .readOnly
        case "XX001", "XX002": self = .damaged(message)
        default:
            switch state.prefix(2) {
            case "23", "22": self = .constraint(message)
            // There is no connection, or the server is stopping or starting.
            case "", "08", "57": self = .busy
            default: self = .other(message)
            }
        }
    }
}
