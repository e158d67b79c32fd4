import Foundation

/// A file that is open, closed with its last user. A rendering process opens all its files before it is
/// confined.
final class PhotoFile {
    let descriptor: CInt

    /// Opens a file to read it.
    convenience init(reading path: String) throws(RenderFailure) {
        try self.init(path, O_RDONLY, "open the upload")
    }

    /// Makes a file that is not there yet.
    convenience init(making path: String) throws(RenderFailure) {
        try self.init(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, "make a rendition")
    }

    private init(_ path: String, _ flags: CInt, _ purpose: String) throws(RenderFailure) {
        descriptor = open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw RenderFailure("cannot \(purpose): \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    /// How many bytes it has now; nil where that cannot be known.
    var byteCount: Int? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Its first bytes, fewer where it is shorter.
    func beginning(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = pread(descriptor, &bytes, count, 0)
        return Array(bytes.prefix(max(0, got)))
    }
}

/// What a rendering process reads and writes.
struct RenderFiles {
    let input: PhotoFile
    /// Empty files, one for each that a photo can become. They are named by numbers: who started the process
    /// names them, once it knows what they are.
    let outputs: [PhotoFile]

    init(input: String, folder: String) throws(RenderFailure) {
        self.input = try PhotoFile(reading: input)
        var outputs: [PhotoFile] = []
        for number in 0..<RenditionPlan.mostFiles {
            outputs.append(try PhotoFile(making: "\(folder)/\(Self.name(number))"))
        }
        self.outputs = outputs
    }

    /// The name of an output before it has its own: the place of its file in ``RenderedPhoto/files``.
    static func name(_ place: Int) -> String { String(place) }
}

/// Puts images into the files that are open for them, one after another.
struct RenditionWriter {
    private var free: ArraySlice<PhotoFile>

    init(_ files: RenderFiles) { free = files.outputs[...] }

    /// Metadata stays out of the file; Huffman tables of its own make it 4 % smaller for 3 ms (see
    /// README.md).
    mutating func save(_ image: VipsImage, as name: String) throws -> RenderedPhoto.Rendition {
        guard let file = free.popFirst() else {
            throw RenderFailure("there are more renditions than files for them")
        }
        do {
            try image.save("jpegsave_target", to: file, "Q=80,optimize_coding=true,strip=true")
        } catch {
            guard !error.isOutOfMemory else { throw error }
            // The pixels are in memory already, so it is the disk.
            throw RenderFailure("cannot write a rendition: \(error.text)")
        }
        guard let byteCount = file.byteCount else { throw RenderFailure("cannot look at a rendition") }
        return .init(fileName: name, width: image.width, height: image.height, byteCount: byteCount)
    }
}
