import Storage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A lock that lets only one process use a data directory. SQLite before 3.51.3 can damage a WAL when two
/// connections write or checkpoint at the same time (https://www.sqlite.org/wal.html#walresetbug), and GRDB
/// ensures a single writer only within a process.
package final class DataDirectoryLock: Sendable {
    private let descriptor: CInt

    /// Takes the lock. The kernel releases it when the process ends, even after a crash.
    /// - Throws: ``StorageError/locked(_:)`` if another process holds the lock.
    package init(folder: String) throws(StorageError) {
        let path = folder + "/lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .other("cannot open \(path): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            var bytes = [UInt8](repeating: 0, count: 20)
            let count = pread(descriptor, &bytes, bytes.count, 0)
            let owner = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            // The file is not closed here: throwing runs `deinit`, which closes it, and a second close could
            // close a file that another thread has opened since.
            throw .locked("The data directory \(folder) is in use by process \(owner.isEmpty ? "?" : owner).")
        }
        let owner = Array(String(getpid()).utf8)
        ftruncate(descriptor, 0)
        pwrite(descriptor, owner, owner.count, 0)
    }

    deinit { close(descriptor) }
}
