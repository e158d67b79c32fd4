import CVips

/// What libvips said about a failure.
struct VipsError: Error {
    let text: String

    /// Takes the text and leaves none for the next failure.
    static func taken() -> VipsError {
        let text = String(cString: cvips_error())
        cvips_clear_error()
        return VipsError(text: text)
    }

    /// Whether memory ran out.
    var isOutOfMemory: Bool { Self.tellsOfMemory(text) }

    /// Whether a text is of memory that ran out, in the words of libvips, GLib and the decoders under them; without
    /// room for its stack no thread starts.
    static func tellsOfMemory(_ text: String) -> Bool {
        let text = text.lowercased()
        return ["out of memory", "insufficient memory", "allocat", "mmap", "creating thread"].contains {
            text.contains($0)
        }
    }
}

/// An image of libvips: a recipe for pixels, computed when they are asked for.
final class VipsImage {
    private let reference: OpaquePointer

    private init(_ reference: OpaquePointer?) throws(VipsError) {
        guard let reference else { throw .taken() }
        self.reference = reference
    }

    deinit { cvips_release(reference) }

    /// A file's header; its pixels are decoded once they are needed, from top to bottom, one time.
    static func load(
        _ file: PhotoFile, _ loader: String, _ options: String = ""
    ) throws(VipsError) -> VipsImage {
        let options = "access=sequential,fail_on=truncated\(options.isEmpty ? "" : ",")\(options)"
        return try VipsImage(cvips_load(loader, file.descriptor, options))
    }

    var width: Int { Int(cvips_width(reference)) }
    var height: Int { Int(cvips_height(reference)) }
    var bands: Int { Int(cvips_bands(reference)) }
    /// Whether a channel has more than 8 bits.
    var isDeep: Bool { cvips_is_deep(reference) != 0 }
    var hasAlpha: Bool { cvips_has_alpha(reference) != 0 }

    func metadata(_ name: String, otherwise: Int) -> Int {
        Int(cvips_metadata(reference, name, Int32(otherwise)))
    }
    func has(_ name: String) -> Bool { cvips_has_metadata(reference, name) != 0 }

    /// What one of libvips' operations makes of the image.
    func applying(_ operation: String, _ options: String) throws(VipsError) -> VipsImage {
        try VipsImage(cvips_apply(operation, reference, options))
    }

    /// The image in memory, all its pixels computed.
    func inMemory() throws(VipsError) -> VipsImage { try VipsImage(cvips_in_memory(reference)) }

    /// The image scaled to exactly these sides.
    func resized(width: Int, height: Int) throws(VipsError) -> VipsImage {
        let scale = Double(width) / Double(self.width)
        let verticalScale = Double(height) / Double(self.height)
        return try applying("resize", "scale=\(scale),vscale=\(verticalScale)")
    }

    func save(_ saver: String, to file: PhotoFile, _ options: String) throws(VipsError) {
        guard cvips_save(saver, reference, file.descriptor, options) == 0 else { throw .taken() }
    }

    /// The bytes of an image in memory: rows of pixels of `bands` bytes.
    func pixels() throws(VipsError) -> [UInt8] {
        guard let first = cvips_pixels(reference) else { throw .taken() }
        return Array(UnsafeBufferPointer(start: first, count: width * height * bands))
    }
}
