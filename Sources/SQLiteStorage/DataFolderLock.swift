import Storage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Holds a data folder for one process. SQLite before 3.51.3 can damage a WAL when two connections write or
/// checkpoint at once (https://www.sqlite.org/wal.html#walresetbug), and GRDB's one writer is only one inside
/// a process.
package final class DataFolderLock: Sendable {
    private let descriptor: CInt

    /// Takes the lock; the kernel gives it back when the process ends, however it ends.
    /// - Throws: ``StorageError/locked(_:)`` when another process holds it.
    package init(folder: String) throws(StorageError) {
        let path = folder + "/lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .other("\(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            var bytes = [UInt8](repeating: 0, count: 20)
            let count = pread(descriptor, &bytes, bytes.count, 0)
            let owner = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            // Throwing from here on runs `deinit`, which closes the file: a second close could hit somebody
            // else's.
            throw .locked("The data folder \(folder) is in use by process \(owner.isEmpty ? "?" : owner).")
        }
        let owner = Array(String(getpid()).utf8)
        ftruncate(descriptor, 0)
        pwrite(descriptor, owner, owner.count, 0)
    }

    deinit { close(descriptor) }
}
