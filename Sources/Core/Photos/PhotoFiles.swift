import Imaging
import MediaStorage

/// The files of one photo.
struct PhotoFiles: Codable, Sendable, Equatable {
    /// The prefix of their keys.
    let files: String
    /// Their names, or nil if they are not known, as after an interrupted upload.
    let names: [String]?

    init(files: String, names: [String]?) {
        self.files = files
        self.names = names
    }

    init(_ photo: Photo) {
        files = photo.files
        names = photo.renditions.map { "\($0.width).\(photo.fileType)" } + ["thumb.\(photo.fileType)"]
    }

    /// The files of a profile picture.
    init(picture files: String) {
        self.files = files
        names = RenderedPhoto.squareNames
    }

    var prefix: MediaPrefix? { MediaPrefix(files) }

    var keys: [MediaKey]? { names?.compactMap { MediaKey(prefix: files, name: $0) } }
}
