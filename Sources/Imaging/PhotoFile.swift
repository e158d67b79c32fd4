import Foundation

/// An open file, closed when its last reference ends. A rendering process opens all its files before it is
/// confined.
final class PhotoFile {
    let descriptor: CInt

    /// Opens an existing file for reading.
    convenience init(reading path: String) throws(RenderFailure) {
        try self.init(path, O_RDONLY, "open the upload")
    }

    /// Creates a new file. Fails if it exists already.
    convenience init(creating path: String) throws(RenderFailure) {
        try self.init(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, "create a rendition")
    }

    private init(_ path: String, _ flags: CInt, _ purpose: String) throws(RenderFailure) {
        descriptor = open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw RenderFailure("cannot \(purpose): \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    /// The current size in bytes, or nil if it cannot be determined.
    var byteCount: Int? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Returns the first bytes of the file, fewer if the file is shorter.
    func firstBytes(_ count: Int) -> [UInt8] { bytes(at: 0, count: count) }

    /// Returns bytes of the file, fewer if the file ends before.
    func bytes(at position: Int, count: Int) -> [UInt8] {
        var done = 0
        var bytes = [UInt8](repeating: 0, count: max(0, count))
        while done < bytes.count, position >= 0 {
            let readCount = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done, off_t(position + done))
            }
            guard readCount > 0 else { break }
            done += readCount
        }
        bytes.removeLast(bytes.count - done)
        return bytes
    }

    /// Returns the whole file. Its size was checked before.
    func allBytes() -> [UInt8] { bytes(at: 0, count: byteCount ?? 0) }
}

/// The files that a rendering process reads and writes.
struct RenderFiles {
    let input: PhotoFile
    /// Empty files, as many as a photo can need. They are named by numbers: the server gives them their final
    /// names after it has verified the reply.
    let outputs: [PhotoFile]

    init(input: String, folder: String) throws(RenderFailure) {
        self.input = try PhotoFile(reading: input)
        var outputs: [PhotoFile] = []
        for index in 0..<RenditionPlan.maxFileCount {
            outputs.append(try PhotoFile(creating: "\(folder)/\(Self.name(at: index))"))
        }
        self.outputs = outputs
    }

    /// The temporary name of an output: its index in ``RenderedPhoto/files``.
    static func name(at index: Int) -> String { String(index) }
}

/// Writes images to the open output files, in order.
struct RenditionWriter {
    private var remaining: ArraySlice<PhotoFile>

    init(_ files: RenderFiles) { remaining = files.outputs[...] }

    /// Writes the image as a JPEG without metadata. Optimised Huffman tables make the file 4 % smaller and
    /// take 3 ms (see README.md).
    mutating func save(_ image: VipsImage, as name: String) throws -> RenderedPhoto.Rendition {
        guard let file = remaining.popFirst() else {
            throw RenderFailure("there are more renditions than output files")
        }
        do {
            try image.save("jpegsave_target", to: file, "Q=80,optimize_coding=true,strip=true")
        } catch {
            guard !error.isOutOfMemory else { throw error }
            // The pixels are already in memory, so the disk must have failed.
            throw RenderFailure("cannot write a rendition: \(error.text)")
        }
        guard let byteCount = file.byteCount else {
            throw RenderFailure("cannot read the size of a rendition")
        }
        return .init(fileName: name, width: image.width, height: image.height, byteCount: byteCount)
    }
}
