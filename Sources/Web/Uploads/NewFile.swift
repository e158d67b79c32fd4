import MediaStorage
import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A new file open for writing, for its owner's eyes only.
final class NewFile: Sendable {
    private let descriptor: CInt

    init(_ path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw MediaError("Could not make \(path): \(String(cString: strerror(errno))).") }
    }

    deinit { close(descriptor) }

    func write(_ bytes: ByteBuffer) throws {
        try bytes.withUnsafeReadableBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                guard count > 0 else {
                    throw MediaError("An upload could not be written: \(String(cString: strerror(errno))).")
                }
                rest = rest.dropFirst(count)
            }
        }
    }
}
