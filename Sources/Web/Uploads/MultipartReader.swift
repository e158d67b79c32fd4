import Core
import Hummingbird
import MediaStorage
import NIOCore
import NIOPosix

/// Reads a form of `multipart/form-data` (RFC 7578) while it arrives: text into memory, files onto disk, under names
/// of our own.
package struct MultipartReader {
    private let folder: UploadFolder
    private let limits: MultipartLimits
    private var form = MultipartForm()
    private var part: Part?
    private var filesSeen = 0

    private enum Part {
        case field(name: String, bytes: ByteBuffer)
        case file(name: String, isNamed: Bool, sink: FileSink)
    }

    /// Reads the form, hands it to `use`, and removes whatever files it left, however `use` ends.
    package static func withForm<Result: Sendable>(
        of request: Request, in folder: UploadFolder, limits: MultipartLimits = .init(),
        use: (MultipartForm) async throws -> Result
    ) async throws -> Result {
        var reader = MultipartReader(folder: folder, limits: limits)
        do {
            let boundary = try boundary(in: request.headers[.contentType] ?? "")
            try await reader.read(request.body, boundary: boundary)
            let result = try await use(reader.form)
            await reader.removeFiles()
            return result
        } catch {
            await reader.removeFiles()
            throw error
        }
    }

    private init(folder: UploadFolder, limits: MultipartLimits) {
        self.folder = folder
        self.limits = limits
    }

    private mutating func read(_ body: some AsyncSequence<ByteBuffer, any Error>, boundary: String) async throws {
        var scanner = MultipartScanner(boundary: boundary, headerBytes: limits.headerBytes)
        for try await piece in body {
            scanner.append(piece)
            while let event = try scanner.next() { try await take(event) }
        }
        guard scanner.isComplete else { throw MultipartError.truncated }
    }

    private mutating func take(_ event: MultipartScanner.Event) async throws {
        switch event {
        case .part(let headers): try await begin(try PartHeaders(headers))
        case .content(let bytes): try await add(bytes)
        case .partEnd: try await end()
        case .end: break
        }
    }

    private mutating func begin(_ headers: PartHeaders) async throws {
        guard let fileName = headers.fileName else {
            guard form.fields.count < limits.fields else { throw MultipartError.tooManyFields(limit: limits.fields) }
            part = .field(name: headers.name, bytes: ByteBuffer())
            return
        }
        let path = folder.newPath()
        let sink = try await folder.threads.runIfActive { try FileSink(path) }
        part = .file(name: headers.name, isNamed: !fileName.isEmpty, sink: sink)
    }

    private mutating func add(_ bytes: ByteBuffer) async throws {
        switch part {
        case .field(let name, var collected):
            guard collected.readableBytes + bytes.readableBytes <= limits.fieldBytes else {
                throw MultipartError.fieldTooLarge(name: name, limit: limits.fieldBytes)
            }
            collected.writeImmutableBuffer(bytes)
            part = .field(name: name, bytes: collected)
        case .file(let name, let isNamed, var sink):
            if sink.byteCount == 0 {
                filesSeen += 1
                guard filesSeen <= limits.files else { throw MultipartError.tooManyFiles(limit: limits.files) }
            }
            sink.byteCount += bytes.readableBytes
            part = .file(name: name, isNamed: isNamed, sink: sink)
            guard sink.byteCount <= limits.fileBytes else {
                throw MultipartError.fileTooLarge(number: filesSeen, limit: limits.fileBytes)
            }
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
        case .file(_, isNamed: false, let sink) where sink.byteCount == 0:
            // What a browser sends where no file was chosen.
            await folder.remove([sink.path])
        case .file(let name, _, let sink):
            form.files.append(.init(name: name, path: sink.path, byteCount: sink.byteCount))
        case nil: break
        }
        part = nil
    }

    private mutating func removeFiles() async {
        var paths = form.files.map(\.path)
        if case .file(_, _, let sink) = part { paths.append(sink.path) }
        part = nil
        if !paths.isEmpty { await folder.remove(paths) }
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
