import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The file operations that media storage needs, with readable errors. All of them block.
package enum Files {
    /// Creates a folder and its missing parents. Returns whether the folder was missing.
    @discardableResult
    package static func makeFolder(_ path: String) throws -> Bool {
        if mkdir(path, 0o700) == 0 { return true }
        switch errno {
        case EEXIST where isFolder(path): return false
        case ENOENT:
            guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
                throw failure("create", path)
            }
            // If the parent exists, it does not accept folders, like those in /proc.
            guard try makeFolder(String(path[..<slash])) else { throw failure("create", path) }
            return try makeFolder(path)
        default: throw failure("create", path)
        }
    }

    /// Moves a file or folder, replacing only a file or an empty folder. A file on another file system is
    /// copied to a path that must not exist, synced to disk, and then removed from its old path.
    package static func move(_ path: String, to target: String) throws {
        if rename(path, target) == 0 { return }
        guard errno == EXDEV, byteCount(path) != nil else { throw failure("move", "\(path) to \(target)") }
        try copy(path, to: target)
        try remove(path)
    }

    /// Creates a hard link to a file, or copies the file if the file system does not support hard links.
    package static func link(_ path: String, at target: String) throws {
        if linkat(AT_FDCWD, path, AT_FDCWD, target, 0) == 0 { return }
        switch errno {
        case EPERM, ENOTSUP, EMLINK, EXDEV: try copy(path, to: target)
        default: throw failure("link", "\(path) to \(target)")
        }
    }

    private static func copy(_ path: String, to target: String) throws {
        let source = try OpenFile(path)
        let copy = try NewFile(target)
        do {
            var position: Int64 = 0
            while true {
                let chunk = try source.readUp(to: 1 << 20, at: position)
                guard chunk.readableBytes > 0 else { break }
                try copy.write(chunk)
                position += Int64(chunk.readableBytes)
            }
            try sync(target)
        } catch {
            try? remove(target)
            throw error
        }
    }

    /// Flushes a file or folder to disk.
    package static func sync(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync", path) }
    }

    /// Removes a file, or a folder with its contents. Does nothing if the path does not exist. Does not
    /// follow symbolic links.
    package static func remove(_ path: String) throws {
        if unlink(path) == 0 || errno == ENOENT { return }
        guard isFolder(path) else { throw failure("remove", path) }
        for name in try names(in: path) { try remove("\(path)/\(name)") }
        guard rmdir(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    /// Returns the names of the entries of a folder.
    package static func names(in path: String) throws -> [String] {
        guard let folder = opendir(path) else { throw failure("list", path) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Returns the size of a regular file in bytes. Returns nil if there is none or the path is a symbolic
    /// link.
    package static func byteCount(_ path: String) -> Int64? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }

    /// Whether the path exists. Throws if this cannot be determined.
    package static func exists(_ path: String) throws -> Bool {
        if access(path, F_OK) == 0 { return true }
        guard errno == ENOENT || errno == ENOTDIR else { throw failure("access", path) }
        return false
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Returns how many bytes this process can still write to the file system of a path.
    package static func freeBytes(at path: String) throws -> Int64 {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw failure("measure the free space of", path) }
        // f_bavail does not count the blocks that are reserved for root.
        return Int64(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
    }

    static func failure(_ action: String, _ path: String) -> MediaError {
        let code = errno
        return MediaError(
            "Could not \(action) \(path): \(String(cString: strerror(code))).",
            isDiskFull: code == ENOSPC || code == EDQUOT)
    }
}

/// A file open for reading, closed when its last reference ends.
final class OpenFile: Sendable {
    private let descriptor: CInt
    private let path: String

    package init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw Files.failure("open", path) }
    }

    deinit { close(descriptor) }

    /// Reads up to `count` bytes from `position`. Returns no bytes at the end of the file.
    func readUp(to count: Int, at position: Int64) throws -> ByteBuffer {
        var buffer = ByteBuffer()
        var readCount = 0
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
            readCount = pread(descriptor, bytes.baseAddress, count, off_t(position))
            return Swift.max(0, readCount)
        }
        guard readCount >= 0 else { throw Files.failure("read", path) }
        return buffer
    }

    /// Reads exactly `count` bytes from `position`. Throws at the end of the file, because stored files never
    /// shrink.
    func read(_ count: Int, at position: Int64) throws -> ByteBuffer {
        var buffer = ByteBuffer()
        var done = 0
        while done < count {
            let readCount = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count - done) { bytes in
                Swift.max(
                    0, pread(descriptor, bytes.baseAddress, count - done, off_t(position) + off_t(done)))
            }
            guard readCount > 0 else { throw Files.failure("read", path) }
            done += readCount
        }
        return buffer
    }
}

/// A new file that is written sequentially and closed when its last reference ends. All methods block.
package final class NewFile: Sendable {
    private let descriptor: CInt
    private let path: String

    package init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Files.failure("create", path) }
    }

    deinit { close(descriptor) }

    package func write(_ bytes: ByteBuffer) throws {
        try bytes.withUnsafeReadableBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = writeBytes(descriptor, UnsafeRawBufferPointer(rebasing: rest))
                guard count > 0 else { throw Files.failure("write", path) }
                rest = rest.dropFirst(count)
            }
        }
    }
}

/// Calls write(2), which the method `write` would hide. The module that declares it depends on the system.
private func writeBytes(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
