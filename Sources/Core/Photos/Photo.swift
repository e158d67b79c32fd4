/// A photo as it is kept: renditions of several widths, a square thumbnail, and what a page needs to make room for it.
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

/// A photo just uploaded: where it lies on disk, and what it shows.
package struct PhotoUpload: Sendable {
    package static let altTextLimit = 1000

    package let path: String
    package let altText: String
    /// The id that the photo was promised; nil for a new one.
    let id: ID<Photo>?
    /// Where it stands among those sent together, where that is not its place in the list; from 0.
    let place: Int?

    package init(path: String, altText: String) { self.init(path: path, altText: altText, id: nil, place: nil) }

    init(path: String, altText: String, id: ID<Photo>?, place: Int?) {
        self.path = path
        self.altText = altText
        self.id = id
        self.place = place
    }
}
