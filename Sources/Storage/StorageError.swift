/// What an engine reports, in words common to all engines.
package enum StorageError: Error, Equatable, CustomStringConvertible {
    /// A value stands there already; which, as the engine names it.
    case unique(String)
    /// A row refers to one that is not there.
    case foreignKey
    /// A value breaks a rule of its table.
    case constraint(String)
    /// Others held the storage for too long.
    case busy
    /// The connection was lost while the change was being kept: whether it was, is not known.
    case uncertain
    /// No room is left on the disk.
    case full
    /// A write where only reading is allowed.
    case readOnly
    /// The storage has been closed.
    case closed
    /// The file is damaged or no database.
    case damaged(String)
    /// The database and the program's migrations do not fit together.
    case migration(String)
    /// Another process holds the data folder.
    case locked(String)
    case other(String)

    package var description: String {
        switch self {
        case .unique(let what): "This stands there already: \(what)."
        case .foreignKey: "A row refers to one that is not there."
        case .constraint(let what): "A value breaks a rule of its table: \(what)."
        case .busy: "The database was busy for too long."
        case .uncertain: "The connection was lost at the commit: whether the change was kept is not known."
        case .full: "The disk is full."
        case .readOnly: "The database is only open for reading here."
        case .closed: "The database is closed."
        case .damaged(let what): "The database file is damaged or is none: \(what)."
        case .migration(let what), .locked(let what): what
        case .other(let what): "The database reported: \(what)."
        }
    }
}
