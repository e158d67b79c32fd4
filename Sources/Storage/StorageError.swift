/// An error of a storage, in a form that is common to all engines.
package enum StorageError: Error, Equatable, CustomStringConvertible {
    /// A unique value already exists. The text names the columns: `table.column`, separated by commas.
    case unique(String)
    /// A row refers to a row that does not exist.
    case foreignKey
    /// A value violates a constraint of its table.
    case constraint(String)
    /// The storage was not available in time, or other transactions held it for too long.
    case busy
    /// The connection was lost during the commit, so it is not known whether the change was saved.
    case uncertain
    /// The disk is full.
    case full
    /// A write in a transaction that may only read.
    case readOnly
    /// The storage has been closed.
    case closed
    /// The file is damaged or is not a database.
    case damaged(String)
    /// The database and the migrations of the program do not match.
    case migration(String)
    /// Another process uses the data directory.
    case locked(String)
    case other(String)

    package var description: String {
        switch self {
        case .unique(let columns): "This value already exists: \(columns)."
        case .foreignKey: "A row refers to a row that does not exist."
        case .constraint(let message): "A value violates a constraint of its table: \(message)."
        case .busy: "The database was busy for too long."
        case .uncertain:
            "The connection was lost during the commit. It is not known whether the change was saved."
        case .full: "The disk is full."
        case .readOnly: "The database is open for reading only."
        case .closed: "The database is closed."
        case .damaged(let message): "The database file is damaged or is not a database: \(message)."
        case .migration(let message), .locked(let message): message
        case .other(let message): "Database error: \(message)."
        }
    }
}
