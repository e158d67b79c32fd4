import Encodings
import Storage

/// A stored photo: renditions of several widths, a square thumbnail, and the data that a page needs to
/// reserve space for it.
package struct Photo: Sendable {
    package struct Rendition: Sendable, Equatable {
        package let width: Int
        package let height: Int
    }

    package let id: ID<Photo>
    /// The prefix of the keys of its files.
    package let files: String
    /// The extension of its file names: `jpg` or `webp`.
    package let fileType: String
    /// The size of the upright original in pixels.
    package let width: Int
    package let height: Int
    package let altText: String
    /// A few colours to show while the photo loads (https://blurha.sh).
    package let blurhash: String
    /// Widest first; never empty.
    package let renditions: [Rendition]

    package func key(_ rendition: Rendition) -> String {
        var key = ""
        key.reserveCapacity(files.utf8.count + 10)
        appendKey(of: rendition, to: &key)
        return key
    }

    package func appendKey(of rendition: Rendition, to text: inout String) {
        text += files
        text += "/"
        text += String(rendition.width)
        text += "."
        text += fileType
    }

    /// The key of the thumbnail: 320 × 320 pixels, cropped to the most interesting part.
    package var thumbnailKey: String { files + "/thumb." + fileType }
}

extension Photo: RowReadable {
    package static let columns: SQL = """
        m.id, m.files, m.file_type, m.width, m.height, m.alt_text, m.blurhash, m.renditions
        """

    package init(_ row: inout RowReader) {
        id = row.id()
        files = row.text()
        fileType = row.text()
        width = row.count()
        height = row.count()
        altText = row.text()
        blurhash = row.text()
        renditions = Self.renditions(row.text())
    }

    /// Parses the stored form of renditions: `1440x1080 1080x810`.
    private static func renditions(_ text: String) -> [Photo.Rendition] {
        var renditions: [Photo.Rendition] = []
        renditions.reserveCapacity(4)
        var width = 0
        var number = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "x"): (width, number) = (number, 0)
            case UInt8(ascii: " "):
                renditions.append(.init(width: width, height: number))
                number = 0
            default: number = number * 10 + Int(byte &- UInt8(ascii: "0"))
            }
        }
        renditions.append(.init(width: width, height: number))
        return renditions
    }
}

/// An uploaded photo that is not stored yet: its file on disk and its alt text.
package struct PhotoUpload: Sendable {
    package static let altTextLimit = 1000

    package let path: String
    package let altText: String
    /// The SHA-256 hash of the file, by which repeated requests are compared; nil if it is not known.
    let digest: [UInt8]?
    /// The id that was reserved for the photo, or nil to create a new id.
    let id: ID<Photo>?
    /// The position among the photos that were sent together, starting at 0, if it differs from the position
    /// in the list.
    let place: Int?

    package init(path: String, altText: String, digest: [UInt8]? = nil) {
        self.init(path: path, altText: altText, digest: digest, id: nil, place: nil)
    }

    /// What distinguishes the upload from others with the same request key.
    var contents: [String] { [altText, digest?.hexadecimal ?? ""] }

    /// The upload with the alt text in the form in which it is stored.
    var normalized: PhotoUpload {
        PhotoUpload(path: path, altText: altText.prose, digest: digest, id: id, place: place)
    }

    init(path: String, altText: String, digest: [UInt8]? = nil, id: ID<Photo>?, place: Int?) {
        self.path = path
        self.altText = altText
        self.digest = digest
        self.id = id
        self.place = place
    }
}
