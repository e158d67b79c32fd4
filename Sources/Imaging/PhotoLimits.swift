/// What a photo may ask of the server.
package struct PhotoLimits: Sendable, Codable {
    package var bytes: Int64 = 25_000_000
    /// Over all frames: a small file can hold many, and large ones.
    package var pixels: Int64 = 64_000_000
    package var side = 16_384
    /// What a decoder may allocate, in bytes.
    package var memory: UInt64 = 768 << 20
    /// How long a decoder may run, in seconds, of the processor and by the clock.
    package var seconds = 20

    package init() {}
}

/// Why a photo was refused.
package enum ImagingError: Error, Equatable, Codable {
    case notAPhoto
    case tooManyBytes(limit: Int64)
    case tooManyPixels(width: Int, height: Int, limit: Int64)
    case sideTooLong(width: Int, height: Int, limit: Int)
    case damaged
    /// Its decoder needed more memory or time than a photo may.
    case tooComplex
    /// Too many photos wait already.
    case busy

    /// What happened and what to do, for the person who posted.
    package var message: String {
        switch self {
        case .notAPhoto:
            "this is not a photo we know. Choose a JPEG, PNG, WebP, GIF, HEIC or AVIF file."
        case .tooManyBytes(let limit):
            "this file is larger than \(limit / 1_000_000) MB. Choose a smaller one."
        case .tooManyPixels(let width, let height, let limit):
            "\(width) × \(height) pixels are more than the \(limit / 1_000_000) megapixels a photo may have. Make it smaller first."
        case .sideTooLong(let width, let height, let limit):
            "\(width) × \(height) pixels: a side may have at most \(limit). Make it smaller first."
        case .damaged:
            "this file is damaged or incomplete. Choose another, or export it again."
        case .tooComplex:
            "this photo takes too much memory or time to open. Save it anew as a plain JPEG."
        case .busy:
            "many photos are being made ready. Try again in a moment."
        }
    }
}

/// A photo made ready: its files in one folder, and what a page needs to make room for it.
package struct RenderedPhoto: Sendable, Codable, Equatable {
    package struct Rendition: Sendable, Codable, Equatable {
        package let fileName: String
        package let width: Int
        package let height: Int
    }

    package static let fileType = "jpg"
    package static let contentType = "image/jpeg"

    /// Pixels of the upright original.
    package let width: Int
    package let height: Int
    package let blurhash: String
    /// Widest first; never empty.
    package let renditions: [Rendition]
    package let thumbnail: Rendition
}
