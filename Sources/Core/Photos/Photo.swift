import Storage

/// A photo as it is kept: renditions of several widths, a square thumbnail, and what a page needs to make
/// room for it.
package struct Photo: Sendable {
    package struct Rendition: Sendable, Equatable {
        package let width: Int
        package let height: Int
    }

    package let id: ID<Photo>
    /// What the keys of its files begin with.
    package let files: String
    /// The ending of its files' names: `jpg`, `webp`.
    package let fileType: String
    /// Pixels of the upright original.
    package let width: Int
    package let height: Int
    package let altText: String
    /// https://blurha.sh: a few colours to show while the photo loads.
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

    /// 320 × 320 pixels, cropped to what matters.
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

    /// Renditions as they are kept: `1440x1080 1080x810`.
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

/// A photo just uploaded: where it lies on disk, and what it shows.
package struct PhotoUpload: Sendable {
    package static let altTextLimit = 1000

    package let path: String
    package let altText: String
    /// The id that the photo was promised; nil for a new one.
    let id: ID<Photo>?
    /// Where it stands among those sent together, where that is not its place in the list; from 0.
    let place: Int?

    package init(path: String, altText: String) {
        self.init(path: path, altText: altText, id: nil, place: nil)
    }

    /// The same with a text as it is kept.
    var tidied: PhotoUpload {
        PhotoUpload(path: path, altText: altText.unixLines.trimmed, id: id, place: place)
    }

    init(path: String, altText: String, id: ID<Photo>?, place: Int?) {
        self.path = path
        self.altText = altText
        self.id = id
        self.place = place
    }
}
