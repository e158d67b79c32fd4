import Imaging
import MediaStorage

/// The files of one photo.
struct PhotoFiles: Codable, Sendable, Equatable {
    /// What their keys begin with.
    let files: String
    /// Their names; nil where they are not known, as of an upload that was broken off.
    let names: [String]?

    init(files: String, names: [String]?) {
        self.files = files
        self.names = names
    }

    init(_ photo: Photo) {
        files = photo.files
        names = photo.renditions.map { "\($0.width).\(photo.fileType)" } + ["thumb.\(photo.fileType)"]
    }

    /// Those of a profile picture.
    init(picture files: String) {
        self.files = files
        names = RenderedPhoto.squareNames
    }

    var prefix: MediaPrefix? { MediaPrefix(files) }

    var keys: [MediaKey]? { names?.compactMap { MediaKey(prefix: files, name: $0) } }
}
