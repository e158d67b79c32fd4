/// A photo that a client uploads directly to the media storage. It is a pending upload until it is posted,
/// and never served.
package struct DirectUpload: Sendable {
    package let name: UploadName
    package let contentType: String
    package let byteCount: Int64
    /// The end of the upload permission, in milliseconds since 1970.
    package let expiresAt: Int64

    package init(name: UploadName, contentType: String, byteCount: Int64, expiresAt: Int64) {
        self.name = name
        self.contentType = contentType
        self.byteCount = byteCount
        self.expiresAt = expiresAt
    }
}

/// The form (`multipart/form-data`) that the client must send: these fields, followed by the photo in the
/// field `file`.
package struct DirectUploadForm: Sendable, Equatable {
    package let url: String
    package let fields: [String: String]
}

/// The name of a pending upload: 128 random bits in hexadecimal digits.
package struct UploadName: Hashable, Sendable, CustomStringConvertible {
    package static let folder = "incoming/"
    package let description: String

    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 32,
            text.utf8.allSatisfy({
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            })
        else { return nil }
        description = String(text)
    }

    init?(key: String) {
        guard key.hasPrefix(Self.folder) else { return nil }
        self.init(key.dropFirst(Self.folder.count))
    }

    package static func random() -> UploadName {
        let prefix = MediaPrefix.random().description
        return UploadName(verbatim: String(prefix.dropFirst(3)))
    }

    private init(verbatim: String) { description = verbatim }

    /// The key of the upload in the media storage.
    package var key: String { Self.folder + description }
}
