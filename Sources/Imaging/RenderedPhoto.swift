/// What becomes of an upload.
package enum PhotoShape: String, Sendable, Codable {
    /// Renditions of several widths, whole, and a square thumbnail.
    case whole
    /// Squares alone, cropped to what matters: for a profile picture.
    case square
}

/// What an upload became: files in the output folder, and what a page needs to know of them.
package struct RenderedPhoto: Sendable, Equatable, Codable {
    /// One file.
    package struct Rendition: Sendable, Equatable, Codable {
        /// Its name in the output folder: `1440.jpg`, `thumb.jpg`.
        package let fileName: String
        package let width: Int
        package let height: Int
        package let byteCount: Int
    }

    package static let contentType = "image/jpeg"
    /// How the files' names end.
    package static let fileType = "jpg"

    /// Pixels of the original, turned upright.
    package let width: Int
    package let height: Int
    /// https://blurha.sh: a few colours to show while the photo loads.
    package let blurhash: String
    /// Widest first; never empty. The first is as wide as the original, or 1440 pixels.
    package let renditions: [Rendition]
    /// 320 × 320 pixels, cropped to what matters.
    package let thumbnail: Rendition

    /// Every name that a file of a ``PhotoShape/square`` can have.
    package static let squareNames = RenditionPlan.squareSides.map { side in
        side == RenditionPlan.thumbnailSide
            ? RenditionPlan.thumbnailName : RenditionPlan.fileName(width: side)
    }

    /// All files, the thumbnail last.
    package var files: [Rendition] { renditions + [thumbnail] }
}

/// Which renditions a photo gets.
enum RenditionPlan {
    static let widths = [1440, 1080, 640, 320]
    static let thumbnailSide = 320
    static let thumbnailName = "thumb.\(RenderedPhoto.fileType)"

    /// How many files a photo can become, of either shape.
    static let mostFiles = widths.count + 1

    static func fileName(width: Int) -> String { "\(width).\(RenderedPhoto.fileType)" }

    /// The widths for an original of that width: none larger than it, the largest it has room for first.
    static func widths(forOriginal width: Int) -> [Int] {
        (width <= widths[0] ? [width] : []) + widths.filter { $0 < width }
    }

    /// The height that keeps the original's proportions at a width.
    static func height(at width: Int, of original: (width: Int, height: Int)) -> Int {
        max(1, (original.height * width * 2 + original.width) / (original.width * 2))
    }

    /// The width to decode to: enough for the largest rendition, and for a square that is as high.
    static func decodedWidth(of original: (width: Int, height: Int), as shape: PhotoShape) -> Int {
        let side = shape == .square ? squareSides[0] : thumbnailSide
        let forSquare = (side * original.width + original.height - 1) / original.height
        return min(original.width, max(widths[0], forSquare))
    }

    /// Sides of the squares of a profile picture: two device pixels to each it is shown at on a page of its own, in its
    /// account's head, and in a list.
    static let squareSides = [640, thumbnailSide, 96]

    /// The sides that an original has room for; the thumbnail and what is smaller always.
    static func squareSides(forOriginal original: (width: Int, height: Int)) -> [Int] {
        squareSides.filter { $0 <= max(thumbnailSide, min(original.width, original.height)) }
    }
}
