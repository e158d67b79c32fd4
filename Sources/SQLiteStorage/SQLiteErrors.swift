import GRDB
import GRDBSQLite
import Storage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension StorageError {
    /// Converts an error of GRDB. A ``StorageError`` stays unchanged.
    init(_ error: any Error) {
        switch error {
        case let error as StorageError: self = error
        case let error as DatabaseError:
            self.init(code: error.extendedResultCode.rawValue, message: error.message ?? "\(error)")
        default: self = .other("\(error)")
        }
    }

    /// Converts a result code of SQLite (https://www.sqlite.org/rescode.html).
    /// - Parameter systemError: the code of the system for an input or output error, if it is known.
    init(code: CInt, message: String, systemError: CInt = 0) {
        switch (ResultCode(rawValue: code), code & 0xFF) {
        // The index of the write-ahead log could not grow.
        case (.SQLITE_IOERR_SHMSIZE, _): self = .full
        case (_, SQLITE_IOERR) where [ENOSPC, EDQUOT].contains(systemError),
            (_, SQLITE_CANTOPEN) where [ENOSPC, EDQUOT].contains(systemError):
            self = .full
        case (.SQLITE_CONSTRAINT_UNIQUE, _), (.SQLITE_CONSTRAINT_PRIMARYKEY, _):
            self = .unique(String(message.split(separator: ": ").last ?? ""))
        case (.SQLITE_CONSTRAINT_FOREIGNKEY, _): self = .foreignKey
        case (_, SQLITE_CONSTRAINT): self = .constraint(message)
        case (_, SQLITE_BUSY), (_, SQLITE_LOCKED): self = .busy
        case (_, SQLITE_FULL): self = .full
        case (_, SQLITE_READONLY): self = .readOnly
        case (_, SQLITE_MISUSE): self = .closed
        case (_, SQLITE_CORRUPT), (_, SQLITE_NOTADB): self = .damaged(message)
        default: self = .other(message)
        }
    }
}
