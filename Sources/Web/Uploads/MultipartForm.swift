import Core

/// The content of a form: its text fields, and its files, which are on disk.
package struct MultipartForm: Sendable {
    package struct File: Sendable {
        /// The name of the form field.
        package let name: String
        package let path: String
        package let byteCount: Int
        /// The SHA-256 hash of the file.
        package let digest: [UInt8]
    }

    package internal(set) var fields: [(name: String, value: String)] = []
    package internal(set) var files: [File] = []

    /// The value of the first field with this name.
    package subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// Returns the only photo of the form.
    /// - Throws: ``Problem`` if there is no photo, more than one, or one in another field.
    package func photo(named name: String) throws(Problem) -> File {
        guard let file = files.first, files.count == 1, file.name == name else {
            throw Problem(.invalid, field: name, "Send one photo in the field \(name).")
        }
        return file
    }

    /// Returns all values with this name, in the order of the form.
    package func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
}

extension PhotoUpload {
    package init(_ file: MultipartForm.File, altText: String) {
        self.init(path: file.path, altText: altText, digest: file.digest)
    }
}

/// The limits of a multipart form.
package struct MultipartLimits: Sendable {
    package var fields = 64
    package var fieldBytes = 64 * 1024
    /// The names and values of all fields together. They are in memory until the form is complete.
    package var allFieldBytes = 96 * 1024
    package var files = 10
    package var fileBytes = 25_000_000
    /// The headers of one part.
    package var headerBytes = 4 * 1024

    /// The number of parts. Browsers also send a part for a file field without a file.
    var parts: Int { fields + 2 * files }
    /// The size of the whole body, with headers and boundaries.
    var bodyBytes: Int { allFieldBytes + files * fileBytes + (parts + 1) * (headerBytes + 256) }

    package init() {}

    /// The limits of a form with one photo and a few fields.
    package static var onePhoto: MultipartLimits {
        var limits = MultipartLimits()
        limits.files = 1
        return limits
    }
}
