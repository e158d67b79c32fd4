import CPostgres
import Storage

/// What the server answered instead of a result: its five-character code
/// (https://www.postgresql.org/docs/current/errcodes-appendix.html), and the same in our words.
struct PostgresFailure: Error {
    /// Empty where no server answered: the connection is gone.
    let state: String
    /// The function of the server that reported it, which alone tells some errors apart.
    let function: String
    let error: StorageError
    /// Whether a row's own id was taken: another copy made the same in the same millisecond.
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
                StorageError(state: state, message: message.isEmpty ? Self.words(of: connection) : message)
            }
    }

    /// What libpq last said of a connection, in one line.
    static func words(of connection: OpaquePointer) -> String {
        String(cString: PQerrorMessage(connection)).split(separator: "\n").joined(separator: " ")
    }

    /// Another transaction was in the way; the same again, with ids made anew, may succeed.
    var isConflict: Bool { state == "40001" || state == "40P01" || isIDTaken }

    /// The server ends, or ends this connection.
    var isEndOfConnection: Bool { state.hasPrefix("57P") || state.hasPrefix("08") || state == "25P03" }

    /// The connection's prepared statements are not what they were: the schema has changed, or a pooler
    /// stands between. A new connection has none.
    var isStale: Bool { state == "26000" || state == "0A000" && function == "RevalidateCachedQuery" }

    /// The columns of a unique key as SQLite names them, `table.column, table.other`, from a detail such as
    /// `Key (column, other)=(1, 2) already exists.`, whatever its language.
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
    /// A code of PostgreSQL in our words.
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
            // No connection, or the server is going down or coming up.
            case "", "08", "57": self = .busy
            default: self = .other(message)
            }
        }
    }
}
