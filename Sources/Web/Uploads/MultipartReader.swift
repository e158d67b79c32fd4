import Core
import Hummingbird
import MediaStorage
import NIOCore
import NIOPosix

/// Reads a form of `multipart/form-data` (RFC 7578) while it arrives: text into memory, files onto disk, under names
/// of our own and within what the sender may take of it.
package struct MultipartReader {
    private let folder: UploadFolder
    private let sender: UploadSender
    private let limits: MultipartLimits
    private var form = MultipartForm()
    private var part: Part?
    private var partsSeen = 0
    private var filesSeen = 0
    /// Bytes of names and texts, which are held in memory.
    private var fieldBytes = 0
    /// Every file made, and what is reserved for them.
    private var paths: [String] = []
    private var reservedBytes = 0
    private var reservedFiles = 0

    private enum Part {
        case field(name: String, bytes: ByteBuffer)
        /// Its file is made with its first byte: what a browser sends where no file was chosen has none.
        case file(name: String, isNamed: Bool, sink: FileSink?)
    }

    /// Reads the form, hands it to `use`, and removes whatever files it left, however `use` ends.
    package static func withForm<Result: Sendable>(
        of request: Request, in folder: UploadFolder, from sender: UploadSender,
        limits: MultipartLimits = .init(),
        use: (MultipartForm) async throws -> Result
    ) async throws -> Result {
        var reader = MultipartReader(folder: folder, sender: sender, limits: limits)
        do {
            let boundary = try boundary(in: request.headers[.contentType] ?? "")
            if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limits.bodyBytes {
                throw MultipartError.bodyTooLarge(limit: limits.bodyBytes)
            }
            try await reader.read(request.body, boundary: boundary)
            let result = try await use(reader.form)
            await reader.removeFiles()
            return result
        } catch {
            await reader.removeFiles()
            throw error
        }
    }

    private init(folder: UploadFolder, sender: UploadSender, limits: MultipartLimits) {
        self.folder = folder
        self.sender = sender
        self.limits = limits
    }

    private mutating func read(_ body: some AsyncSequence<ByteBuffer, any Error>, boundary: String)
        async throws
    {
        var scanner = MultipartScanner(boundary: boundary, headerBytes: limits.headerBytes)
        var byteCount = 0
        for try await piece in body {
            // What stands before the first boundary and after the last counts too.
            byteCount += piece.readableBytes
            guard byteCount <= limits.bodyBytes else {
                throw MultipartError.bodyTooLarge(limit: limits.bodyBytes)
            }
            scanner.append(piece)
            while let event = try scanner.next() { try await take(event) }
        }
        guard scanner.isComplete else { throw MultipartError.truncated }
    }

    private mutating func take(_ event: MultipartScanner.Event) async throws {
        switch event {
        case .part(let headers): try begin(try PartHeaders(headers))
        case .content(let bytes): try await add(bytes)
        case .partEnd: try await end()
        case .end: break
        }
    }

    private mutating func begin(_ headers: PartHeaders) throws {
        partsSeen += 1
        guard partsSeen <= limits.parts else { throw MultipartError.tooManyParts(limit: limits.parts) }
        try hold(headers.name.utf8.count)
        guard let fileName = headers.fileName else {
            guard form.fields.count < limits.fields else {
                throw MultipartError.tooManyFields(limit: limits.fields)
            }
            part = .field(name: headers.name, bytes: ByteBuffer())
            return
        }
        if !fileName.isEmpty { try countFile() }
        part = .file(name: headers.name, isNamed: !fileName.isEmpty, sink: nil)
    }

    private mutating func add(_ bytes: ByteBuffer) async throws {
        switch part {
        case .field(let name, var collected):
            guard collected.readableBytes + bytes.readableBytes <= limits.fieldBytes else {
                throw MultipartError.fieldTooLarge(name: name, limit: limits.fieldBytes)
            }
            try hold(bytes.readableBytes)
            collected.writeImmutableBuffer(bytes)
            part = .field(name: name, bytes: collected)
        case .file(let name, let isNamed, let open):
            if open == nil, !isNamed { try countFile() }
            var sink = if let open { open } else { try await makeFile() }
            sink.byteCount += bytes.readableBytes
            part = .file(name: name, isNamed: isNamed, sink: sink)
            guard sink.byteCount <= limits.fileBytes else {
                throw MultipartError.fileTooLarge(number: filesSeen, limit: limits.fileBytes)
            }
            try folder.space.reserve(bytes: bytes.readableBytes, for: sender)
            reservedBytes += bytes.readableBytes
            try await folder.threads.runIfActive { [sink] in try sink.write(bytes) }
        case nil: break
        }
    }

    private mutating func end() async throws {
        switch part {
        case .field(let name, let bytes):
            guard let value = String(validating: bytes.readableBytesView, as: UTF8.self) else {
                throw MultipartError.malformed("the field \(name) is not UTF-8")
            }
            form.fields.append((name, value))
        case .file(_, isNamed: false, sink: nil): break
        case .file(let name, _, let open):
            let sink = if let open { open } else { try await makeFile() }
            form.files.append(.init(name: name, path: sink.path, byteCount: sink.byteCount))
        case nil: break
        }
        part = nil
    }

    private mutating func hold(_ byteCount: Int) throws(MultipartError) {
        fieldBytes += byteCount
        guard fieldBytes <= limits.allFieldBytes else { throw .fieldsTooLarge(limit: limits.allFieldBytes) }
    }

    private mutating func countFile() throws(MultipartError) {
        filesSeen += 1
        guard filesSeen <= limits.files else { throw .tooManyFiles(limit: limits.files) }
    }

    private mutating func makeFile() async throws -> FileSink {
        try folder.space.reserve(files: 1, for: sender)
        reservedFiles += 1
        let path = folder.newPath()
        paths.append(path)
        return try await folder.threads.runIfActive { try FileSink(path) }
    }

    private mutating func removeFiles() async {
        part = nil
        if !paths.isEmpty { await folder.remove(paths) }
        folder.space.release(bytes: reservedBytes, files: reservedFiles, for: sender)
    }

    private static func boundary(in contentType: String) throws(MultipartError) -> String {
        let value = HeaderParameters(contentType)
        guard value.value == "multipart/form-data" else { throw .notMultipart }
        guard let boundary = value["boundary"], (1...70).contains(boundary.utf8.count), boundary.last != " ",
            boundary.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
        else { throw .malformed("its boundary is missing or wrong") }
        return boundary
    }
}

/// A file being written; closed with its last user.
private struct FileSink: Sendable {
    let path: String
    var byteCount = 0
    private let handle: NewFile

    init(_ path: String) throws {
        self.path = path
        handle = try NewFile(path)
    }

    func write(_ bytes: ByteBuffer) throws { try handle.write(bytes) }
}
