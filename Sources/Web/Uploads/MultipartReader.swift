import Core
import Crypto
import Hummingbird
import MediaStorage
import NIOCore
import NIOPosix

/// Reads a `multipart/form-data` form (RFC 7578) while it arrives: text into memory, and files onto disk.
/// Files get generated names, and count against the sender’s share of the upload space.
package struct MultipartReader {
    private let folder: UploadFolder
    private let sender: UploadSender
    private let limits: MultipartLimits
    private var form = MultipartForm()
    private var part: Part?
    private var partCount = 0
    private var fileCount = 0
    /// The size of the names and values in memory.
    private var fieldBytes = 0
    /// The files created, and the upload space reserved for them.
    private var paths: [String] = []
    private var reservedBytes = 0
    private var reservedFiles = 0

    private enum Part {
        case field(name: String, bytes: ByteBuffer)
        /// The file is created with the first byte, because browsers send an empty part if no file was
        /// chosen.
        case file(name: String, hasFileName: Bool, file: OutputFile?)
    }

    /// Reads the form, passes it to `use`, and then removes the files, even if `use` throws.
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
        for try await chunk in body {
            // Bytes before the first boundary and after the last one count too.
            byteCount += chunk.readableBytes
            guard byteCount <= limits.bodyBytes else {
                throw MultipartError.bodyTooLarge(limit: limits.bodyBytes)
            }
            scanner.append(chunk)
            while let event = try scanner.next() { try await handle(event) }
        }
        guard scanner.isComplete else { throw MultipartError.truncated }
    }

    private mutating func handle(_ event: MultipartScanner.Event) async throws {
        switch event {
        case .part(let headers): try beginPart(try PartHeaders(headers))
        case .content(let bytes): try await add(bytes)
        case .partEnd: try await endPart()
        case .end: break
        }
    }

    private mutating func beginPart(_ headers: PartHeaders) throws {
        guard CharacterRuns.areBounded(in: headers.name) else { throw Problem.longCharacterRun }
        partCount += 1
        guard partCount <= limits.parts else { throw MultipartError.tooManyParts(limit: limits.parts) }
        try countFieldBytes(headers.name.utf8.count)
        guard let fileName = headers.fileName else {
            guard form.fields.count < limits.fields else {
                throw MultipartError.tooManyFields(limit: limits.fields)
            }
            part = .field(name: headers.name, bytes: ByteBuffer())
            return
        }
        if fileName == .some { try countFile() }
        part = .file(name: headers.name, hasFileName: fileName == .some, file: nil)
    }

    private mutating func add(_ bytes: ByteBuffer) async throws {
        switch part {
        case .field(let name, var value):
            guard value.readableBytes + bytes.readableBytes <= limits.fieldBytes else {
                throw MultipartError.fieldTooLarge(name: name, limit: limits.fieldBytes)
            }
            try countFieldBytes(bytes.readableBytes)
            value.writeImmutableBuffer(bytes)
            part = .field(name: name, bytes: value)
        case .file(let name, let hasFileName, let openFile):
            if openFile == nil, !hasFileName { try countFile() }
            var file = if let openFile { openFile } else { try await createFile() }
            file.byteCount += bytes.readableBytes
            guard file.byteCount <= limits.fileBytes else {
                throw MultipartError.fileTooLarge(number: fileCount, limit: limits.fileBytes)
            }
            try folder.space.reserve(bytes: bytes.readableBytes, for: sender)
            reservedBytes += bytes.readableBytes
            let open = file
            file.hash = try await folder.threads.runIfActive { try open.write(bytes) }
            part = .file(name: name, hasFileName: hasFileName, file: file)
        case nil: break
        }
    }

    private mutating func endPart() async throws {
        switch part {
        case .field(let name, let bytes):
            guard let value = String(validating: bytes.readableBytesView, as: UTF8.self) else {
                throw MultipartError.malformed("the field \(name) is not valid UTF-8")
            }
            guard CharacterRuns.areBounded(in: value) else { throw Problem.longCharacterRun }
            form.fields.append((name, value))
        case .file(_, hasFileName: false, file: nil): break
        case .file(let name, _, let openFile):
            let file = if let openFile { openFile } else { try await createFile() }
            form.files.append(file.finished(name: name))
        case nil: break
        }
        part = nil
    }

    private mutating func countFieldBytes(_ byteCount: Int) throws(MultipartError) {
        fieldBytes += byteCount
        guard fieldBytes <= limits.allFieldBytes else { throw .fieldsTooLarge(limit: limits.allFieldBytes) }
    }

    private mutating func countFile() throws(MultipartError) {
        fileCount += 1
        guard fileCount <= limits.files else { throw .tooManyFiles(limit: limits.files) }
    }

    private mutating func createFile() async throws -> OutputFile {
        try folder.space.reserve(files: 1, for: sender)
        reservedFiles += 1
        let path = folder.newPath()
        paths.append(path)
        return try await folder.threads.runIfActive { try OutputFile(path) }
    }

    private mutating func removeFiles() async {
        part = nil
        if !paths.isEmpty { await folder.remove(paths) }
        folder.space.release(bytes: reservedBytes, files: reservedFiles, for: sender)
    }

    private static func boundary(in contentType: String) throws(MultipartError) -> String {
        let header = HeaderParameters(contentType)
        guard header.value == "multipart/form-data" else { throw .notMultipart }
        guard let boundary = header["boundary"], (1...70).contains(boundary.utf8.count), boundary.last != " ",
            boundary.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
        else { throw .malformed("its boundary is missing or not valid") }
        return boundary
    }
}

/// An uploaded file that is being written. It is closed when the last copy of this value goes.
private struct OutputFile: Sendable {
    let path: String
    var byteCount = 0
    /// The hash of what has been written.
    var hash = SHA256()
    private let handle: NewFile

    init(_ path: String) throws {
        self.path = path
        handle = try NewFile(path)
    }

    /// Writes the next bytes, and returns the hash of all of them.
    func write(_ bytes: ByteBuffer) throws -> SHA256 {
        try handle.write(bytes)
        var hash = hash
        bytes.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        return hash
    }

    func finished(name: String) -> MultipartForm.File {
        .init(name: name, path: path, byteCount: byteCount, digest: Array(hash.finalize()))
    }
}
