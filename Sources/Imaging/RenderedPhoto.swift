/// Which set of renditions a photo gets.
package enum PhotoShape: String, Sendable, Codable {
    /// The whole photo in several widths, and a square thumbnail.
    case whole
    /// Only squares, cropped to the subject, for a profile picture.
    case square
}

/// The result of rendering an upload: the files in the output folder and their properties.
package struct RenderedPhoto: Sendable, Equatable, Codable {
    /// A rendition file.
    package struct Rendition: Sendable, Equatable, Codable {
        /// The file name in the output folder, such as `1440.jpg` or `thumb.jpg`.
        package let fileName: String
        package let width: Int
        package let height: Int
        package let byteCount: Int
    }

    package static let contentType = "image/jpeg"
    /// The file name extension.
    package static let fileType = "jpg"

    /// The size of the upright original in pixels.
    package let width: Int
    package let height: Int
    /// A blurred preview to show while the photo loads (https://blurha.sh).
    package let blurhash: String
    /// The renditions, widest first. Never empty. The first rendition of a whole photo is as wide as the
    /// original, or 1440 pixels.
    package let renditions: [Rendition]
    /// A thumbnail of 320 × 320 pixels, cropped to the subject.
    package let thumbnail: Rendition

    /// All possible file names of a ``PhotoShape/square`` photo.
    package static let squareNames = RenditionPlan.squareSides.map { side in
        side == RenditionPlan.thumbnailSide
            ? RenditionPlan.thumbnailName : RenditionPlan.fileName(width: side)
    }

    /// All files, with the thumbnail last.
    package var files: [Rendition] { renditions + [thumbnail] }
}

/// Which renditions a photo gets.
enum RenditionPlan {
    static let widths = [1440, 1080, 640, 320]
    static let thumbnailSide = 320
    static let thumbnailName = "thumb.\(RenderedPhoto.fileType)"

    /// The maximum number of files of one photo, of either shape.
    static let maxFileCount = widths.count + 1

    static func fileName(width: Int) -> String { "\(width).\(RenderedPhoto.fileType)" }

    /// Returns the widths for an original of this width, largest first. None is larger than the original.
    static func widths(forOriginal width: Int) -> [Int] {
        (width <= widths[0] ? [width] : []) + widths.filter { $0 < width }
    }

    /// Returns the height that keeps the aspect ratio of the original at this width.
    static func height(at width: Int, of original: (width: Int, height: Int)) -> Int {
        max(1, (original.height * width * 2 + original.width) / (original.width * 2))
    }

    /// Returns the width to decode to. It is enough for the largest rendition and for the largest square.
    static func decodedWidth(of original: (width: Int, height: Int), as shape: PhotoShape) -> Int {
        let side = shape == .square ? squareSides[0] : thumbnailSide
        let forSquare = (side * original.width + original.height - 1) / original.height
        return min(original.width, max(widths[0], forSquare))
    }

    /// The sides of the squares of a profile picture. They suffice for two device pixels per CSS pixel on the
    /// page of the picture, in the profile header, and in lists.
    static let squareSides = [640, thumbnailSide, 96]

    /// Returns the sides for an original of this size. The thumbnail and smaller squares are always included.
    static func squareSides(forOriginal original: (width: Int, height: Int)) -> [Int] {
        squareSides.filter { $0 <= max(thumbnailSide, min(original.width, original.height)) }
    }
}
