import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The few file operations that keeping photos needs, each with its error in words. All of them block.
package enum Files {
    /// Makes a folder and those above it; whether it was missing.
    @discardableResult
    package static func makeFolder(_ path: String) throws -> Bool {
        if mkdir(path, 0o700) == 0 { return true }
        switch errno {
        case EEXIST where isFolder(path): return false
        case ENOENT:
            guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
                throw failure("make", path)
            }
            // Where the folder above is there already, it is one that takes none, as those of /proc.
            guard try makeFolder(String(path[..<slash])) else { throw failure("make", path) }
            return try makeFolder(path)
        default: throw failure("make", path)
        }
    }

    /// Renames, replacing nothing but an empty folder or a file. A file on another file system is copied to a place that
    /// nothing has yet, has the disk hold it, and goes from where it was.
    package static func move(_ path: String, to target: String) throws {
        if rename(path, target) == 0 { return }
        guard errno == EXDEV, byteCount(path) != nil else { throw failure("move to \(target)", path) }
        try copy(path, to: target)
        try remove(path)
    }

    /// Gives a file a second name, or copies it where the file system knows no such.
    package static func link(_ path: String, at target: String) throws {
        if linkat(AT_FDCWD, path, AT_FDCWD, target, 0) == 0 { return }
        switch errno {
        case EPERM, ENOTSUP, EMLINK, EXDEV: try copy(path, to: target)
        default: throw failure("link to \(target)", path)
        }
    }

    private static func copy(_ path: String, to target: String) throws {
        let source = try OpenFile(path)
        let copy = try NewFile(target)
        do {
            var position: Int64 = 0
            while true {
                let piece = try source.readUp(to: 1 << 20, at: position)
                guard piece.readableBytes > 0 else { break }
                try copy.write(piece)
                position += Int64(piece.readableBytes)
            }
            try sync(target)
        } catch {
            try? remove(target)
            throw error
        }
    }

    /// Has the disk hold what was written to a file or folder.
    package static func sync(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync", path) }
    }

    /// Removes a file, or a folder with all in it; fine where there is none. Follows no link.
    package static func remove(_ path: String) throws {
        if unlink(path) == 0 || errno == ENOENT { return }
        guard isFolder(path) else { throw failure("remove", path) }
        for name in try names(in: path) { try remove("\(path)/\(name)") }
        guard rmdir(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    /// What a folder holds.
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

    /// The size of a plain file; nil where there is none, or a link stands there.
    package static func byteCount(_ path: String) -> Int64? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }

    /// Whether there is a file. A disk that cannot tell is no answer.
    package static func isThere(_ path: String) throws -> Bool {
        if access(path, F_OK) == 0 { return true }
        guard errno == ENOENT || errno == ENOTDIR else { throw failure("look at", path) }
        return false
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func failure(_ action: String, _ path: String) -> MediaError {
        MediaError("Could not \(action) \(path): \(String(cString: strerror(errno))).")
    }
}

/// A file open for reading, closed with its last user.
final class OpenFile: Sendable {
    private let descriptor: CInt
    private let path: String

    package init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw Files.failure("open", path) }
    }

    deinit { close(descriptor) }

    /// At most `count` bytes from `position`; none at the end of the file.
    func readUp(to count: Int, at position: Int64) throws -> ByteBuffer {
        var buffer = ByteBuffer()
        var got = 0
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
            got = pread(descriptor, bytes.baseAddress, count, off_t(position))
            return Swift.max(0, got)
        }
        guard got >= 0 else { throw Files.failure("read", path) }
        return buffer
    }

    /// `count` bytes from `position`; fewer never, as kept files do not shrink.
    func read(_ count: Int, at position: Int64) throws -> ByteBuffer {
        var buffer = ByteBuffer()
        var done = 0
        while done < count {
            let got = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count - done) { bytes in
                Swift.max(
                    0, pread(descriptor, bytes.baseAddress, count - done, off_t(position) + off_t(done)))
            }
            guard got > 0 else { throw Files.failure("read", path) }
            done += got
        }
        return buffer
    }
}

/// A file made anew, written from its beginning to its end, closed with its last user. Blocks.
package final class NewFile: Sendable {
    private let descriptor: CInt
    private let path: String

    package init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Files.failure("make", path) }
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

/// write(2), which a method of that name would hide. The modules that have it differ from system to system.
private func writeBytes(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
