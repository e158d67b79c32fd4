import Encodings
import NIOCore

/// A storage for photo files. The files of a photo share a key prefix, are stored together and never change.
package protocol MediaStorage: Sendable {
    /// Stores files under `prefix`, all or none. After this returns, they survive a power failure. The source
    /// files may be moved away.
    func put(_ files: [MediaFile], under prefix: MediaPrefix) async throws

    /// Returns the size of the file in bytes, or nil if it does not exist.
    func byteCount(of key: MediaKey) async throws -> Int64?

    /// Reads a range of a file in small chunks. Each chunk is read when the consumer asks for it.
    func read(_ key: MediaKey, _ range: Range<Int64>) async throws -> any AsyncSequence<ByteBuffer, any Error>
        & Sendable

    /// Copies the files of a photo that exist among `names` to another prefix. Returns false if none of them
    /// exists.
    func copy(_ names: [String], of prefix: MediaPrefix, to other: MediaPrefix) async throws -> Bool

    /// Removes all files under the prefixes. Ignores prefixes without files.
    func delete(_ prefixes: [MediaPrefix]) async throws

    /// Removes exactly these files, without listing the storage. Ignores files that do not exist.
    func delete(_ keys: [MediaKey]) async throws

    /// Returns the folders among ``MediaPrefix/folders`` that may contain photos.
    func folders() async throws -> [String]

    /// Returns the prefixes of all photos in one of ``MediaPrefix/folders``.
    func prefixes(in folder: String) async throws -> [MediaPrefix]

    /// Returns the names and sizes in bytes of all files in one of ``MediaPrefix/folders``, grouped by photo.
    func files(in folder: String) async throws -> [MediaPrefix: [String: Int64]]

    /// Throws if photos cannot be stored now.
    func check() async throws

    /// Returns the URL to which requests for the file are redirected, or nil if the server sends the file
    /// itself.
    func redirectURL(for key: MediaKey) async throws -> String?

    // MARK: Pending uploads, which are not yet posted and never served

    /// Returns a form with which a browser can upload a photo directly to the storage, or nil if uploads go
    /// through the server.
    func directUpload(_ upload: DirectUpload) async throws -> DirectUploadForm?

    /// Stores a file as a pending upload. The source file may be moved away.
    func storeUpload(_ path: String, as name: UploadName) async throws

    /// Copies a pending upload to a new file at `path`. Returns false if the upload does not exist.
    /// - Throws: ``MediaError`` if it is larger than `maxSize` bytes.
    func fetchUpload(_ name: UploadName, to path: String, maxSize: Int64) async throws -> Bool

    /// Removes pending uploads. Ignores uploads that do not exist.
    func discardUploads(_ names: [UploadName]) async throws

    /// Returns the names of all pending uploads.
    func uploads() async throws -> [UploadName]

    // MARK: The community that owns the photos

    /// Returns the id of the community that ``writeMarker(_:)`` wrote, or nil if there is no marker.
    func marker() async throws -> String?

    /// Writes the id of the community that owns the photos. An existing marker is not replaced.
    func writeMarker(_ community: String) async throws

    /// Returns the ids of other communities that store photos here although the marker names a different one.
    func otherCommunities() async throws -> [String]

    /// Records that another community stores photos here.
    func addOtherCommunity(_ community: String) async throws

    // MARK: Stray photos, which no database row references. They are moved aside and never served

    /// Moves photos aside. Ignores photos that do not exist.
    /// - Parameter time: The current time in milliseconds since 1970.
    func moveAside(_ prefixes: [MediaPrefix], at time: Int64) async throws

    /// Returns all photos that were moved aside.
    func strays() async throws -> [StrayPhoto]

    /// Moves photos back to their original prefix. Ignores photos that do not exist. If a file exists in both
    /// places, the larger one is kept.
    func moveBack(_ strays: [StrayPhoto]) async throws

    /// Removes photos that were moved aside.
    func removeStrays(_ strays: [StrayPhoto]) async throws

    /// Closes connections.
    func close() async throws
}

extension MediaStorage {
    package func redirectURL(for key: MediaKey) async throws -> String? { nil }
    package func directUpload(_ upload: DirectUpload) async throws -> DirectUploadForm? { nil }
    package func close() async throws {}
}

/// A photo that no database row references and that was moved aside.
package struct StrayPhoto: Hashable, Sendable {
    package let prefix: MediaPrefix
    /// The time when it was moved, in milliseconds since 1970.
    package let since: Int64

    package init(prefix: MediaPrefix, since: Int64) {
        self.prefix = prefix
        self.since = since
    }

    /// The number of photos that may be moved aside without confirmation, whatever their share of the total.
    package static let smallNumber = 100

    /// Whether `count` of `total` photos may be moved aside without confirmation. A larger number is more
    /// likely a configuration error.
    package static func isSmallNumber(_ count: Int, of total: Int) -> Bool {
        count <= smallNumber || count * 100 <= total
    }
}

/// A file to be stored: its current path, and its name under the prefix of its photo.
package struct MediaFile: Sendable {
    package let path: String
    package let name: String

    package init(path: String, name: String) {
        self.path = path
        self.name = name
    }
}

/// The common prefix of the keys of a photo's files, such as `ab/ab54…`: 128 random bits in hexadecimal
/// digits. The first two digits are also the name of a folder, so that no folder has too many entries. Never
/// derived from user input.
package struct MediaPrefix: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// Creates a prefix from its stored form. Returns nil if the text is not a valid prefix.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 35, bytes[2] == UInt8(ascii: "/"), bytes[0...1] == bytes[3...4],
            bytes[3...].allSatisfy({
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            })
        else { return nil }
        description = text
    }

    /// Creates a prefix from its 32 digits.
    init?(digits: some StringProtocol) { self.init("\(digits.prefix(2))/\(digits)") }

    /// The folder of the prefix, one of ``folders``.
    package var folder: String { String(description.prefix(2)) }

    /// The 32 digits of the prefix.
    var digits: String { String(description.dropFirst(3)) }

    /// The folders of all prefixes: `00` to `ff`.
    package static let folders = (0...UInt8.max).map { $0.hexadecimal(length: 2) }

    private init(random: UInt128) {
        let digits = random.hexadecimal(length: 32)
        description = "\(digits.prefix(2))/\(digits)"
    }

    package static func random() -> MediaPrefix { MediaPrefix(random: .random(in: .min ... .max)) }
}

/// The key of a stored file: a prefix and a file name such as `1080.jpg`.
package struct MediaKey: Hashable, Sendable, CustomStringConvertible {
    package let prefix: MediaPrefix
    package let name: String

    /// Creates a key from the parts of a URL. Returns nil if they do not form a valid key.
    package init?(prefix: String, name: String) {
        guard let prefix = MediaPrefix(prefix), (1...40).contains(name.utf8.count), !name.hasPrefix("."),
            name.utf8.allSatisfy({
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || $0 == UInt8(ascii: ".")
            })
        else { return nil }
        self.prefix = prefix
        self.name = name
    }

    package var description: String { "\(prefix)/\(name)" }
}

/// An error of the media storage, for the log.
package struct MediaError: Error, CustomStringConvertible {
    package let description: String
    /// Whether the error is transient, so that a retry may succeed later.
    package let isTransient: Bool
    /// Whether the disk is full. This is transient too.
    package let isDiskFull: Bool

    package init(_ description: String, isTransient: Bool = false, isDiskFull: Bool = false) {
        self.description = description
        self.isTransient = isTransient || isDiskFull
        self.isDiskFull = isDiskFull
    }
}
