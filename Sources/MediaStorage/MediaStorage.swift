import NIOCore

/// Where photo files live. Files of one photo share the beginning of their keys, are kept together, and never
/// change once kept.
package protocol MediaStorage: Sendable {
    /// Keeps files under `prefix`, all or none; when this returns they survive a power cut. The files may be moved
    /// away from their paths.
    func put(_ files: [MediaFile], under prefix: MediaPrefix) async throws

    /// How many bytes the file has; nil when there is none.
    func byteCount(of key: MediaKey) async throws -> Int64?

    /// A part of a file in small pieces, each read only when it is asked for.
    func read(_ key: MediaKey, _ range: Range<Int64>) async throws -> any AsyncSequence<ByteBuffer, any Error>
        & Sendable

    /// Keeps files of one photo under another prefix too, as many of `names` as are there; false where none is.
    func copy(_ names: [String], of prefix: MediaPrefix, to other: MediaPrefix) async throws -> Bool

    /// Removes every file under each prefix; what is not there needs no removing.
    func delete(_ prefixes: [MediaPrefix]) async throws

    /// Removes these files, without looking what else there is; what is not there needs no removing.
    func delete(_ keys: [MediaKey]) async throws

    /// Those of ``MediaPrefix/folders`` that may hold photos.
    func folders() async throws -> [String]

    /// Every photo in one of ``MediaPrefix/folders``.
    func prefixes(in folder: String) async throws -> [MediaPrefix]

    /// Every file in one of ``MediaPrefix/folders``, by its photo: name and how many bytes.
    func files(in folder: String) async throws -> [MediaPrefix: [String: Int64]]

    /// Throws when photos cannot be kept now.
    func check() async throws

    /// Where whoever asks for a file is sent; nil where the program serves it itself.
    func address(of key: MediaKey) async throws -> String?

    // MARK: Photos that wait to be posted, set aside and never served

    /// Lets a browser bring a photo straight here; nil where photos come through the program.
    func directUpload(_ upload: DirectUpload) async throws -> DirectUploadForm?

    /// Sets a file aside; it may be moved away from its path.
    func setAside(_ path: String, as name: UploadName) async throws

    /// Copies what was set aside to a new file at `path`; false where it never came.
    /// - Throws: ``MediaError`` where it is longer than `limit` bytes.
    func fetch(_ name: UploadName, to path: String, atMost limit: Int64) async throws -> Bool

    /// Removes what was set aside; what is not there needs no removing.
    func discard(_ names: [UploadName]) async throws

    /// Everything that is set aside.
    func uploads() async throws -> [UploadName]

    // MARK: Whose photos these are

    /// What ``mark(_:)`` wrote; nil where nothing was written yet.
    func marker() async throws -> String?

    /// Writes once and for all whose photos these are; a marker that is there already stays.
    func mark(_ community: String) async throws

    /// Communities that keep photos here though the place is marked as another's.
    func others() async throws -> [String]

    /// Writes that such a community keeps photos here.
    func noteOther(_ community: String) async throws

    // MARK: Photos that nothing names, moved aside and never served

    /// Moves photos aside; what is not there needs no moving.
    /// - Parameter time: now, in milliseconds since 1970.
    func moveAside(_ prefixes: [MediaPrefix], at time: Int64) async throws

    /// Everything that was moved aside.
    func strays() async throws -> [StrayPhoto]

    /// Moves photos back to where they were; what is not aside needs no moving. Of a file that is at both places, the
    /// longer is kept.
    func moveBack(_ strays: [StrayPhoto]) async throws

    /// Removes what was moved aside.
    func removeStrays(_ strays: [StrayPhoto]) async throws

    /// Ends connections and the like.
    func close() async throws
}

extension MediaStorage {
    package func address(of key: MediaKey) async throws -> String? { nil }
    package func directUpload(_ upload: DirectUpload) async throws -> DirectUploadForm? { nil }
    package func close() async throws {}
}

/// A photo that was moved aside.
package struct StrayPhoto: Hashable, Sendable {
    package let prefix: MediaPrefix
    /// When it was moved, in milliseconds since 1970.
    package let since: Int64

    package init(prefix: MediaPrefix, since: Int64) {
        self.prefix = prefix
        self.since = since
    }

    /// So many are moved aside without a question, whatever their share is.
    package static let few = 100

    /// Whether so many photos of a place may be moved aside without a question: more are not left over from something
    /// small.
    package static func areFew(_ count: Int, of total: Int) -> Bool { count <= few || count * 100 <= total }
}

/// A file about to be kept: where it lies, and what it is called under its photo's prefix.
package struct MediaFile: Sendable {
    package let path: String
    package let name: String

    package init(path: String, name: String) {
        self.path = path
        self.name = name
    }
}

/// What the keys of one photo's files begin with: `ab/ab54…`, 128 random bits in hexadecimal digits after the first
/// two of them, so that no folder holds too many. Never made from anything a person sent.
package struct MediaPrefix: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// A prefix as it was stored; nil where it has not the form of one.
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

    /// A prefix by its last part alone.
    init?(digits: some StringProtocol) { self.init("\(digits.prefix(2))/\(digits)") }

    /// What it begins with, one of ``folders``.
    package var folder: String { String(description.prefix(2)) }

    /// Its last part, all digits.
    var digits: String { String(description.dropFirst(3)) }

    /// What prefixes begin with: `00` to `ff`.
    package static let folders = (0..<256).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }

    private init(random: UInt128) {
        let digits = String(random, radix: 16)
        let padded = String(repeating: "0", count: 32 - digits.count) + digits
        description = "\(padded.prefix(2))/\(padded)"
    }

    package static func random() -> MediaPrefix { MediaPrefix(random: .random(in: .min ... .max)) }
}

/// The name of one kept file: a prefix and a file name such as `1080.jpg`.
package struct MediaKey: Hashable, Sendable, CustomStringConvertible {
    package let prefix: MediaPrefix
    package let name: String

    /// A key out of the parts of an address; nil where it has not the form of one.
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

/// Why media storage could not do what was asked, for the log.
package struct MediaError: Error, CustomStringConvertible {
    package let description: String
    /// Whether the same may succeed in a while.
    package let isPassing: Bool

    package init(_ description: String, isPassing: Bool = false) {
        self.description = description
        self.isPassing = isPassing
    }
}
