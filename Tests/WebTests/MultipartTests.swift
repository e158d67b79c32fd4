import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import TestSupport
import Testing

@testable import Web

struct MultipartTests {
    private let fileHeaders = #"Content-Disposition: form-data; name="f"; filename="x""#
    private let emptyFileHeaders = #"Content-Disposition: form-data; name="f"; filename="""#

    private func body(_ parts: [(headers: String, bytes: [UInt8])], boundary: String = "b") -> [UInt8] {
        parts.flatMap { Array("--\(boundary)\r\n\($0.headers)\r\n\r\n".utf8) + $0.bytes + Array("\r\n".utf8) }
            + Array("--\(boundary)--\r\n".utf8)
    }

    /// Reads a form from `bytes` in chunks of the given sizes, and returns the names and contents of its
    /// fields and files.
    private func read(
        _ bytes: [UInt8], sizes: () -> Int = { 1000 },
        contentType: String = "multipart/form-data; boundary=b",
        limits: MultipartLimits = .init()
    ) async throws -> [(String, [UInt8])] {
        try await Fixtures.withFolder { folder in
            let uploads = try UploadFolder(folder + "/uploads")
            var chunks: [ByteBuffer] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = max(1, sizes())
                chunks.append(ByteBuffer(bytes: rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            let stream = AsyncStream<ByteBuffer> { continuation in
                for chunk in chunks { continuation.yield(chunk) }
                continuation.finish()
            }
            let request = Request(
                head: .init(
                    method: .post, scheme: nil, authority: nil, path: "/",
                    headerFields: [.contentType: contentType]),
                body: RequestBody(asyncSequence: stream))
            do {
                let result = try await MultipartReader.withForm(
                    of: request, in: uploads, from: .account(ID(1)), limits: limits
                ) { form in
                    try form.fields.map { ($0.name, Array($0.value.utf8)) }
                        + form.files.map {
                            ($0.name, Array(try Data(contentsOf: URL(fileURLWithPath: $0.path))))
                        }
                }
                #expect(Fixtures.files(below: folder) == [])
                return result
            } catch {
                #expect(Fixtures.files(below: folder) == [], "no files are left")
                throw error
            }
        }
    }

    @Test func `a form is read correctly from chunks of any size`() async throws {
        var random = SeededRandom(seed: 3)
        for round in 0..<120 {
            let parts = (0..<Int.random(in: 0...5, using: &random)).map {
                number -> (headers: String, bytes: [UInt8]) in
                let isFile = Bool.random(using: &random)
                let alphabet: [UInt8] =
                    isFile ? Array("\r\n-b-".utf8) + [0, 255] : Array("\r\n-b-ä".utf8.filter { $0 < 128 })
                let bytes = (0..<Int.random(in: 1...300, using: &random)).map { _ in
                    alphabet.randomElement(using: &random) ?? 0
                }
                // A client would not send content that contains the boundary.
                let content =
                    String(decoding: bytes, as: Unicode.ASCII.self).contains("\r\n--b") ? [7] : bytes
                let fileName = isFile ? #"; filename="f""# : ""
                return (#"Content-Disposition: form-data; name="n\#(number)"\#(fileName)"#, content)
            }
            let largest = round % 3 == 0 ? 1 : 50
            let read = try await read(body(parts), sizes: { Int.random(in: 1...largest, using: &random) })
            let expected =
                parts.filter { !$0.headers.contains("filename") }
                + parts.filter { $0.headers.contains("filename") }
            #expect(read.map(\.1) == expected.map(\.bytes))
        }
    }

    @Test func `a form with random errors is read or rejected with a multipart error`() async throws {
        var random = SeededRandom(seed: 5)
        let whole = body([
            (#"Content-Disposition: form-data; name="a""#, Array("text".utf8)),
            (fileHeaders + "\r\nContent-Type: image/png", Array(repeating: 1, count: 500)),
        ])
        var rejectedCount = 0
        for _ in 0..<400 {
            var bytes = whole
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            do { _ = try await read(bytes) } catch is MultipartError { rejectedCount += 1 }
        }
        #expect(rejectedCount > 50)
    }

    @Test func `the scanner buffers no more than the end of a chunk`() throws {
        var scanner = MultipartScanner(boundary: "b", headerBytes: 4096)
        scanner.append(ByteBuffer(string: "--b\r\n\(fileHeaders)\r\n\r\n"))
        var maximum = 0
        for _ in 0..<500 {
            scanner.append(ByteBuffer(repeating: 13, count: 64 * 1024))
            while try scanner.next() != nil {}
            maximum = max(maximum, scanner.bufferedBytes)
        }
        #expect(maximum < 16)
    }

    @Test func `a form that exceeds a limit is rejected`() async throws {
        var limits = MultipartLimits()
        limits.files = 2
        limits.fileBytes = 100
        limits.fields = 2
        limits.fieldBytes = 10
        limits.allFieldBytes = 18
        let file = fileHeaders
        let field = #"Content-Disposition: form-data; name="t""#
        let cases: [([(headers: String, bytes: [UInt8])], MultipartError)] = [
            (Array(repeating: (file, [1]), count: 3), .tooManyFiles(limit: 2)),
            ([(file, Array(repeating: 1, count: 101))], .fileTooLarge(number: 1, limit: 100)),
            ([(field, Array(repeating: 65, count: 11))], .fieldTooLarge(name: "t", limit: 10)),
            (Array(repeating: (field, [65]), count: 3), .tooManyFields(limit: 2)),
            (Array(repeating: (field, Array(repeating: 65, count: 9)), count: 2), .fieldsTooLarge(limit: 18)),
            (
                [(#"Content-Disposition: form-data; name="\#(String(repeating: "t", count: 19))""#, [])],
                .fieldsTooLarge(limit: 18)
            ),
            ([(field, [0xFF, 0xFE])], .malformed("the field t is not valid UTF-8")),
            (
                [("X: \(String(repeating: "x", count: 5000))", [])],
                .malformed("the headers of a part are too long")
            ),
            ([(#"Content-Disposition: attachment; name="t""#, [])], .malformed("a part has no name")),
            ([("Content-Disposition form-data", [])], .malformed("a header of a part has no colon")),
            (
                [("\(field)\r\nContent-Type: multipart/mixed", [])],
                .malformed("a part contains a nested multipart body")
            ),
        ]
        for (parts, error) in cases {
            await #expect(throws: error) { try await read(body(parts), limits: limits) }
        }
    }

    @Test func `a body that is not a multipart form is rejected`() async throws {
        let whole = body([(#"Content-Disposition: form-data; name="a""#, [65])])
        for (type, error) in [
            ("text/plain", MultipartError.notMultipart), ("", .notMultipart),
            ("multipart/form-data", .malformed("its boundary is missing or not valid")),
            (
                #"multipart/form-data; boundary="\#(String(repeating: "x", count: 71))""#,
                .malformed("its boundary is missing or not valid")
            ),
            ("multipart/form-data; boundary=other", .truncated),
        ] {
            await #expect(throws: error) { try await read(whole, contentType: type) }
        }
        for end in 0..<whole.count - 3 {
            await #expect(throws: MultipartError.truncated) { try await read(Array(whole.prefix(end))) }
        }
        await #expect(throws: MultipartError.malformed("text follows a boundary")) {
            try await read(Array("--b junk\r\n\r\n\r\n--b--".utf8))
        }
        await #expect(throws: MultipartError.malformed("a boundary line does not end")) {
            try await read(Array("--b".utf8) + Array(repeating: 32, count: 300))
        }
        #expect(try await read(Array("preamble\r\n--b--\r\nepilogue".utf8)).isEmpty)
    }

    @Test func `a file field without a chosen file is not a file`() async throws {
        let empty = body([(emptyFileHeaders + "\r\nContent-Type: application/octet-stream", [])])
        #expect(try await read(empty).isEmpty)
        let named = body([(fileHeaders, [])])
        #expect(try await read(named).count == 1)
    }

    @Test func `empty files count toward the limit`() async throws {
        let empty = body(Array(repeating: (fileHeaders, []), count: 300))
        await #expect(throws: MultipartError.tooManyFiles(limit: 10)) { try await read(empty) }
    }

    @Test func `empty parts and bytes outside of parts count toward the limits`() async throws {
        let emptyPart = (headers: emptyFileHeaders, bytes: [UInt8]())
        await #expect(throws: MultipartError.self) {
            try await read(body(Array(repeating: emptyPart, count: 2000)))
        }
        var limits = MultipartLimits()
        limits.files = 1
        limits.fileBytes = 100
        limits.fields = 1
        limits.fieldBytes = 10
        limits.allFieldBytes = 10
        let text = (headers: #"Content-Disposition: form-data; name="t""#, bytes: Array("x".utf8))
        let noise = Array(repeating: UInt8(ascii: "x"), count: 100_000)
        await #expect(throws: MultipartError.self) { try await read(body([text]) + noise, limits: limits) }
        await #expect(throws: MultipartError.self) {
            try await read(noise + Array("\r\n".utf8) + body([text]), limits: limits)
        }
        #expect(try await read(body([text]), limits: limits).count == 1)
    }

    @Test(.timeLimit(.minutes(10)))
    func `a form whose request is cancelled leaves no file`() async throws {
        try await Fixtures.withFolder { folder in
            let uploads = try UploadFolder(folder + "/uploads")
            let (chunks, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
            let part = "--b\r\n\(fileHeaders)\r\n\r\n"
            continuation.yield(ByteBuffer(string: part + String(repeating: "x", count: 1000)))
            let request = Request(
                head: .init(
                    method: .post, scheme: nil, authority: nil, path: "/",
                    headerFields: [.contentType: "multipart/form-data; boundary=b"]),
                body: RequestBody(asyncSequence: chunks))
            let form = Task {
                try await MultipartReader.withForm(of: request, in: uploads, from: .account(ID(1))) {
                    $0.files.count
                }
            }
            while Fixtures.files(below: folder).isEmpty { try await Task.sleep(for: .milliseconds(2)) }
            form.cancel()
            await #expect(throws: (any Error).self) { try await form.value }
            #expect(Fixtures.files(below: folder) == [])
        }
    }

    @Test func `a form reserves upload space of its sender and releases it`() async throws {
        try await Fixtures.withFolder { folder in
            var limits = UploadLimits()
            limits.bytesPerSender = 1000
            let uploads = try UploadFolder(folder + "/uploads", limits: limits)
            func send(_ count: Int) async throws -> Int {
                let file = (headers: fileHeaders, bytes: [UInt8](repeating: 1, count: count))
                let request = Request(
                    head: .init(
                        method: .post, scheme: nil, authority: nil, path: "/",
                        headerFields: [.contentType: "multipart/form-data; boundary=b"]),
                    body: .init(buffer: ByteBuffer(bytes: body([file]))))
                return try await MultipartReader.withForm(of: request, in: uploads, from: .account(ID(1))) {
                    form in
                    form.files.reduce(0) { $0 + $1.byteCount }
                }
            }
            for _ in 0..<3 {
                #expect(await problem { try await send(1001) }?.kind == .tooMany(retryAfter: 10))
                #expect(try await send(1000) == 1000)
            }
            #expect(Fixtures.files(below: folder) == [])
        }
    }

    @Test func `a form whose Content-Length exceeds the limit is not read`() async throws {
        try await Fixtures.withFolder { folder in
            let uploads = try UploadFolder(folder + "/uploads")
            let limit = MultipartLimits.onePhoto.bodyBytes
            let request = Request(
                head: .init(
                    method: .post, scheme: nil, authority: nil, path: "/",
                    headerFields: [
                        .contentType: "multipart/form-data; boundary=b", .contentLength: String(limit + 1),
                    ]),
                body: RequestBody(asyncSequence: AsyncStream<ByteBuffer> { nil }))
            await #expect(throws: MultipartError.bodyTooLarge(limit: limit)) {
                try await MultipartReader.withForm(
                    of: request, in: uploads, from: .account(ID(1)), limits: .onePhoto
                ) { _ in true }
            }
        }
    }

    /// “métro.jpg” and others, as clients send them in the encoding of their system.
    private static let fileNames: [(encoding: String, bytes: [UInt8])] = [
        ("Latin 1", [0x6D, 0xE9, 0x74, 0x72, 0x6F]), ("Shift JIS", [0x95, 0x5C]),
        ("Shift JIS, with an extension", [0x95, 0x5C, 0x2E, 0x6A, 0x70, 0x67]),
        ("GBK", [0xD5, 0xD5, 0xC6, 0xAC]), ("UTF-16", [0xFF, 0xFE, 0x6D, 0x00, 0xE9, 0x00]),
        ("a combining mark first", [0xCC, 0x81, 0x61]), ("a line feed", [0x61, 0x0A, 0x62]),
        ("ISO 2022", [0x1B, 0x24, 0x42, 0x3C, 0x3B, 0x1B, 0x28, 0x42]), ("a zero", [0x61, 0x00, 0x62]),
        ("cut UTF-8", [0x61, 0xE2, 0x82]), ("an escaped mark", Array(#"a\"b"#.utf8)),
        ("percent signs", Array("a%22b.jpg".utf8)),
    ]

    @Test(arguments: fileNames.map(\.bytes))
    func `a file name in any encoding is no reason to reject a photo`(name: [UInt8]) async throws {
        let before = Array(#"form-data; name="f"; filename=""#.utf8) + name + [0x22]
        let after = Array(#"form-data; filename=""#.utf8) + name + Array(#""; name="f""#.utf8)
        for disposition in [before, after] {
            let bytes =
                Array("--b\r\nContent-Disposition: ".utf8) + disposition
                + Array("\r\nContent-Type: image/jpeg\r\n\r\n1234\r\n--b--\r\n".utf8)
            for size in [1, 7, 1000] {
                let read = try await read(bytes, sizes: { size })
                #expect(read.map(\.0) == ["f"] && read.map(\.1) == [Array("1234".utf8)])
            }
        }
    }

    @Test func `a photo whose file name is in Latin 1 arrives unchanged`() async throws {
        let path = try #require(Bundle.module.url(forResource: "latin1_filename", withExtension: "multipart"))
        let body = try Array(Data(contentsOf: path))
        let read = try await read(body, contentType: "multipart/form-data; boundary=XX")
        #expect(read.map(\.0) == ["file"])
        #expect(read.first?.1.starts(with: [0xFF, 0xD8, 0xFF]) == true)
        #expect(read.first?.1.suffix(2) == [0xFF, 0xD9])
    }

    @Test func `the name of a field must be valid UTF-8`() async throws {
        let bytes =
            Array("--b\r\nContent-Disposition: form-data; name=\"".utf8) + [0xE9]
            + Array("\"\r\n\r\n1\r\n--b--\r\n".utf8)
        let error = MultipartError.malformed("the name of a part is not valid UTF-8")
        await #expect(throws: error) { try await read(bytes) }
    }

    @Test func `header parameters are parsed with quotes and escapes`() {
        let header = HeaderParameters(
            #" Form-Data ; name="a \"b\" ;c"; FileName = x.jpg; name=other; flag"#)
        #expect(header.value == "form-data")
        #expect(header["name"] == #"a "b" ;c"# && header["filename"] == "x.jpg" && header["flag"] == nil)
    }
}
