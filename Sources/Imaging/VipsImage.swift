import CVips

/// An error message of libvips.
struct VipsError: Error {
    let text: String

    /// Returns the current error of libvips and clears its error buffer.
    static func takeCurrent() -> VipsError {
        let text = String(cString: cvips_error())
        cvips_clear_error()
        return VipsError(text: text)
    }

    /// Discards the messages of libvips, and returns whether there were any.
    @discardableResult static func clear() -> Bool { !takeCurrent().text.isEmpty }

    /// Whether the cause is a lack of memory.
    var isOutOfMemory: Bool { Self.reportsOutOfMemory(text) }

    /// Whether a message of libvips, GLib or a decoder reports a lack of memory. Thread creation fails too if
    /// there is no memory for the stack.
    static func reportsOutOfMemory(_ text: String) -> Bool {
        let text = text.lowercased()
        return ["out of memory", "insufficient memory", "allocat", "mmap", "creating thread"].contains {
            text.contains($0)
        }
    }
}

/// A libvips image. Its pixels are computed on demand.
final class VipsImage {
    private let reference: OpaquePointer

    private init(_ reference: OpaquePointer?) throws(VipsError) {
        guard let reference else { throw .takeCurrent() }
        self.reference = reference
    }

    deinit { cvips_release(reference) }

    /// Loads the header of a file. The pixels are decoded on demand, once, from top to bottom.
    static func load(
        _ file: PhotoFile, _ loader: String, _ options: String = "fail_on=truncated"
    ) throws(VipsError) -> VipsImage {
        try VipsImage(cvips_load(loader, file.descriptor, "access=sequential,\(options)"))
    }

    /// The same for a file in memory.
    static func load(
        _ bytes: [UInt8], _ loader: String, _ options: String = "fail_on=truncated"
    ) throws(VipsError) -> VipsImage {
        try VipsImage(cvips_load_bytes(loader, bytes, bytes.count, "access=sequential,\(options)"))
    }

    /// Creates an sRGB image of pixels with three bytes each.
    convenience init(pixels: [UInt8], width: Int, height: Int) throws(VipsError) {
        precondition(pixels.count == width * height * 3)
        try self.init(cvips_from_pixels(pixels, CInt(width), CInt(height)))
    }

    var width: Int { Int(cvips_width(reference)) }
    var height: Int { Int(cvips_height(reference)) }
    var bands: Int { Int(cvips_bands(reference)) }
    /// Whether a channel has more than 8 bits.
    var isHighBitDepth: Bool { cvips_is_high_bit_depth(reference) != 0 }
    var hasAlpha: Bool { cvips_has_alpha(reference) != 0 }

    func metadata(_ name: String, default defaultValue: Int) -> Int {
        Int(cvips_metadata(reference, name, Int32(defaultValue)))
    }
    func hasMetadata(_ name: String) -> Bool { cvips_has_metadata(reference, name) != 0 }

    /// A binary value of the metadata, such as `icc-profile-data`.
    func metadataBytes(_ name: String) -> [UInt8]? {
        var count = 0
        guard let bytes = cvips_metadata_bytes(reference, name, &count) else { return nil }
        return Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    /// The part of the area, from 0 to 1, that is above the first difference to another image of this size.
    func equalFraction(to other: VipsImage) throws(VipsError) -> Double {
        let fraction = cvips_equal_fraction(reference, other.reference)
        guard fraction >= 0 else { throw .takeCurrent() }
        return fraction
    }

    /// Applies a libvips operation to the image.
    func applying(_ operation: String, _ options: String) throws(VipsError) -> VipsImage {
        try VipsImage(cvips_apply(operation, reference, options))
    }

    /// Computes all pixels and returns the image in memory.
    func inMemory() throws(VipsError) -> VipsImage { try VipsImage(cvips_in_memory(reference)) }

    /// Scales the image to exactly this size.
    func resized(width: Int, height: Int) throws(VipsError) -> VipsImage {
        let scale = Double(width) / Double(self.width)
        let verticalScale = Double(height) / Double(self.height)
        return try applying("resize", "scale=\(scale),vscale=\(verticalScale)")
    }

    func save(_ saver: String, to file: PhotoFile, _ options: String) throws(VipsError) {
        guard cvips_save(saver, reference, file.descriptor, options) == 0 else { throw .takeCurrent() }
    }

    /// Passes the numbers of an image in memory, row by row, to `body`. They have 8 or 16 bits
    /// (``isHighBitDepth``).
    func withNumbers<Number: FixedWidthInteger, Result>(
        of type: Number.Type, _ body: (UnsafeBufferPointer<Number>) -> Result
    ) throws(VipsError) -> Result {
        guard let first = cvips_pixels(reference) else { throw .takeCurrent() }
        let count = width * height * bands
        return UnsafeRawPointer(first).withMemoryRebound(to: type, capacity: count) {
            body(UnsafeBufferPointer(start: $0, count: count))
        }
    }

    /// Returns the pixels of an image in memory, row by row, with `bands` bytes per pixel.
    func pixels() throws(VipsError) -> [UInt8] {
        guard let first = cvips_pixels(reference) else { throw .takeCurrent() }
        return Array(UnsafeBufferPointer(start: first, count: width * height * bands))
    }
}
