import Core

/// What a form brought: its text fields, and its files, which lie on disk.
package struct MultipartForm: Sendable {
    package struct File: Sendable {
        /// The name of the form's field.
        package let name: String
        package let path: String
        package let byteCount: Int
    }

    package internal(set) var fields: [(name: String, value: String)] = []
    package internal(set) var files: [File] = []

    /// The first field of that name.
    package subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// The one photo of a form that brings nothing else but texts.
    /// - Throws: ``Problem`` where there is none, more than one, or one in another field.
    package func photo(named name: String) throws(Problem) -> File {
        guard let file = files.first, files.count == 1, file.name == name else {
            throw Problem(.invalid, field: name, "Send one photo in the field \(name).")
        }
        return file
    }

    /// Every field of that name, in the form's order.
    package func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
}

/// How much a multipart form may bring.
package struct MultipartLimits: Sendable {
    package var fields = 64
    package var fieldBytes = 64 * 1024
    /// The fields' names and texts together: they are held in memory until the form is whole.
    package var allFieldBytes = 96 * 1024
    package var files = 10
    package var fileBytes = 25_000_000
    /// The header lines of one part, in bytes.
    package var headerBytes = 4 * 1024

    /// Parts of any kind: a browser sends one for every file field, chosen or not.
    var parts: Int { fields + 2 * files }
    /// Bytes of the whole body, with header lines and boundaries.
    var bodyBytes: Int { allFieldBytes + files * fileBytes + (parts + 1) * (headerBytes + 256) }

    package init() {}

    /// Those of a form that brings one photo and little else.
    package static var onePhoto: MultipartLimits {
        var limits = MultipartLimits()
        limits.files = 1
        return limits
    }
}
