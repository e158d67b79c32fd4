import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Photo files in a bucket of S3, or of a service that speaks as S3 does
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html).
///
/// The files of a photo arrive one after the other; when one fails, those before it go again. After a crash in between,
/// the record of unclaimed files has them removed.
package struct S3Media: MediaStorage {
    /// Larger files are sent in parts.
    private static let largestWhole: Int64 = 8 << 20
    private static let mostListed = 1000
    /// How long an address for one photo is good, in seconds.
    private static let addressLifetime = 3600

    let client: S3Client
    private let http: HTTPClient
    private let threads: NIOThreadPool
    /// How many names are asked for, or removed, at once.
    private let longestList: Int

    /// - Parameter environment: where the key, or the way to it, is looked for.
    package init(
        _ location: S3Location, environment: [String: String] = ProcessInfo.processInfo.environment,
        patience: S3Client.Patience = .init()
    ) {
        self.init(location, environment: environment, patience: patience, longestList: Self.mostListed)
    }

    init(
        _ location: S3Location, environment: [String: String], patience: S3Client.Patience,
        longestList: Int, threads: NIOThreadPool = .singleton,
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
    ) {
        var configuration = HTTPClient.Configuration()
        let silence = TimeAmount(patience.silence)
        configuration.timeout = .init(connect: TimeAmount(patience.connecting), read: silence, write: silence)
        // What S3 sends elsewhere is answered as it stands: a signature is good for one host.
        configuration.redirectConfiguration = .disallow
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        client = S3Client(
            location: location, http: http,
            credentials: S3CredentialSource(environment: environment, client: http, now: now), now: now,
            patience: patience)
        self.threads = threads
        self.longestList = longestList
    }

    // MARK: - MediaStorage

    package func put(_ files: [MediaFile], under prefix: MediaPrefix) async throws {
        do {
            for file in files {
                try await put(
                    file.path, as: "\(prefix)/\(file.name)", caching: "public, max-age=31536000, immutable")
            }
        } catch {
            // Where S3 cannot be reached, neither can what is to be removed: it is known as unclaimed, and goes later.
            if (error as? MediaError)?.isPassing != true {
                // A task of its own: the request's may be cancelled already.
                await Task { try? await delete([prefix]) }.value
            }
            throw error
        }
        for file in files { unlink(file.path) }
    }

    package func copy(_ names: [String], of prefix: MediaPrefix, to other: MediaPrefix) async throws -> Bool {
        var isAnyThere = false
        for name in names where try await copy("\(prefix)/\(name)", to: "\(other)/\(name)") {
            isAnyThere = true
        }
        return isAnyThere
    }

    /// Copies an object without bringing it here, with its type and how long it may be cached; false where there is none.
    /// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    func copy(_ name: String, to target: String) async throws -> Bool {
        let source = "/\(client.location.bucket)/\(client.location.prefix)\(name)"
        let response = try await client.expect(
            [200, 404], .PUT, client.key(target),
            headers: ["x-amz-copy-source": SignatureV4.encoded(path: source)])
        guard response.status == .ok else { return false }
        // S3 may begin with 200 and report the failure in the body.
        let answer = String(buffer: try await response.body.collect(upTo: 1 << 20))
        guard !answer.contains("<Error>") else {
            throw MediaError("S3 did not copy \(name): \(answer.prefix(500))")
        }
        return true
    }

    package func byteCount(of key: MediaKey) async throws -> Int64? {
        let response = try await client.expect([200, 404], .HEAD, client.key("\(key)"))
        guard response.status == .ok else { return nil }
        return response.headers.first(name: "content-length").flatMap { Int64($0) }
    }

    package func read(
        _ key: MediaKey, _ range: Range<Int64>
    ) async throws -> any AsyncSequence<ByteBuffer, any Error> & Sendable {
        try await read("\(key)", range)
    }

    private func read(_ name: String, _ range: Range<Int64>) async throws -> HTTPClientResponse.Body {
        let headers = ["range": "bytes=\(range.lowerBound)-\(range.upperBound - 1)"]
        return try await client.expect([200, 206], .GET, client.key(name), headers: headers).body
    }

    package func delete(_ prefixes: [MediaPrefix]) async throws {
        var names: [String] = []
        for prefix in prefixes { names += try await list("\(prefix)/").objects.map(\.name) }
        try await remove(names)
    }

    package func delete(_ keys: [MediaKey]) async throws { try await remove(keys.map(\.description)) }

    package func folders() async throws -> [String] {
        let found = Set(try await list("", isDeep: false).folders.map { String($0.dropLast()) })
        return MediaPrefix.folders.filter { found.contains($0) }
    }

    package func prefixes(in folder: String) async throws -> [MediaPrefix] {
        try await list("\(folder)/", isDeep: false).folders.compactMap { MediaPrefix(String($0.dropLast())) }
    }

    package func files(in folder: String) async throws -> [MediaPrefix: [String: Int64]] {
        var found: [MediaPrefix: [String: Int64]] = [:]
        for object in try await list("\(folder)/").objects {
            guard let slash = object.name.lastIndex(of: "/"),
                let prefix = MediaPrefix(String(object.name[..<slash]))
            else { continue }
            found[prefix, default: [:]][String(object.name[object.name.index(after: slash)...])] =
                object.byteCount
        }
        return found
    }

    package func check() async throws {
        _ = try await client.text(.GET, client.bucketPath, query: [("list-type", "2"), ("max-keys", "1")])
    }

    package func address(of key: MediaKey) async throws -> String? {
        guard client.location.redirects else { return nil }
        return try await client.presignedURL(client.key("\(key)"), expiresIn: Self.addressLifetime)
    }

    package func close() async throws { try await http.shutdown() }

    // MARK: - Sending

    private func put(_ path: String, as name: String, caching: String? = nil) async throws {
        let size = try await threads.runIfActive { Files.byteCount(path) }
        guard let size else { throw MediaError("There is no file \(path) to keep.") }
        let file = try await threads.runIfActive { try OpenFile(path) }
        var headers = ["content-type": "image/jpeg"]
        headers["cache-control"] = caching
        if size <= Self.largestWhole {
            try await client.expect(
                [200], .PUT, client.key(name), headers: headers, body: try await body(file, 0..<size))
        } else {
            try await putInParts(file, size, as: name, headers)
        }
    }

    /// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
    private func putInParts(_ file: OpenFile, _ size: Int64, as name: String, _ headers: [String: String])
        async throws
    {
        let key = client.key(name)
        let begun = try await client.text(.POST, key, query: [("uploads", "")], headers: headers)
        guard let upload = XMLText.values(of: "UploadId", in: begun).first else {
            throw MediaError("S3 began no upload in parts: \(begun.prefix(500))")
        }
        do {
            var parts = ""
            for (place, start) in stride(from: 0, to: size, by: Int(Self.largestWhole)).enumerated() {
                let range = start..<min(size, start + Self.largestWhole)
                let sent = try await client.expect(
                    [200], .PUT, key, query: [("partNumber", "\(place + 1)"), ("uploadId", upload)],
                    body: try await body(file, range))
                let tag = sent.headers.first(name: "etag") ?? ""
                parts +=
                    "<Part><PartNumber>\(place + 1)</PartNumber><ETag>\(XMLText.escaped(tag))</ETag></Part>"
            }
            // S3 may begin with 200 and report the failure in the body.
            let done = try await client.text(
                .POST, key, query: [("uploadId", upload)],
                body: .bytes(Array("<CompleteMultipartUpload>\(parts)</CompleteMultipartUpload>".utf8)))
            guard !done.contains("<Error>") else {
                throw MediaError("S3 did not put the parts together: \(done.prefix(500))")
            }
        } catch {
            await Task {
                _ = try? await client.expect([204, 404], .DELETE, key, query: [("uploadId", upload)])
            }.value
            throw error
        }
    }

    /// A part of a file with its hash, which is read for it once more: so the file arrives as it is or not at all.
    private func body(_ file: OpenFile, _ range: Range<Int64>) async throws -> S3Client.Body {
        var hash = SHA256()
        for try await piece in FilePieces(file: file, range: range, threads: threads) {
            piece.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        }
        return .file(file, range, hash: SignatureV4.hex(hash.finalize()))
    }

    // MARK: - Lists

    /// Every key that begins so, without the location's own prefix; not deep, what stands before the next `/` counts as
    /// a folder.
    func list(
        _ beginning: String, isDeep: Bool = true
    ) async throws -> (objects: [(name: String, byteCount: Int64)], folders: [String]) {
        let own = client.location.prefix
        var query = [("list-type", "2"), ("max-keys", "\(longestList)"), ("prefix", own + beginning)]
        if !isDeep { query.append(("delimiter", "/")) }
        var found: (objects: [(name: String, byteCount: Int64)], folders: [String]) = ([], [])
        var token: String?
        repeat {
            let page = query + (token.map { [("continuation-token", $0)] } ?? [])
            let text = try await client.text(
                .GET, client.bucketPath, query: page.map { (name: $0.0, value: $0.1) })
            for object in XMLText.values(of: "Contents", in: text) {
                guard let key = XMLText.values(of: "Key", in: object).first,
                    let size = XMLText.values(of: "Size", in: object).first.flatMap({ Int64($0) })
                else {
                    throw MediaError("S3 listed an object without a key or a size: \(object.prefix(200))")
                }
                found.objects.append((String(key.dropFirst(own.count)), size))
            }
            found.folders += XMLText.values(of: "CommonPrefixes", in: text).flatMap {
                XMLText.values(of: "Prefix", in: $0)
            }
            .map { String($0.dropFirst(own.count)) }
            token = XMLText.values(of: "NextContinuationToken", in: text).first
        } while token != nil
        return found
    }

    /// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
    func remove(_ names: [String]) async throws {
        for start in stride(from: 0, to: names.count, by: longestList) {
            let some = names[start..<min(names.count, start + longestList)]
            let objects = some.map {
                "<Object><Key>\(XMLText.escaped(client.location.prefix + $0))</Key></Object>"
            }.joined()
            let body = Array("<Delete><Quiet>true</Quiet>\(objects)</Delete>".utf8)
            let sum = Data(Insecure.MD5.hash(data: body)).base64EncodedString()
            let answer = try await client.text(
                .POST, client.bucketPath, query: [("delete", "")], headers: ["content-md5": sum],
                body: .bytes(body))
            if let error = XMLText.values(of: "Error", in: answer).first {
                throw MediaError("S3 did not delete everything: \(error.prefix(500))")
            }
        }
    }

    // MARK: - What browsers bring

    package func directUpload(_ upload: DirectUpload) async throws -> DirectUploadForm? {
        let signature = SignatureV4(
            credentials: try await client.credentials.credentials(), region: client.location.region,
            time: client.now())
        let fields = signature.form(
            bucket: client.location.bucket,
            exact: ["key": client.location.prefix + upload.name.key, "content-type": upload.contentType],
            byteCount: upload.byteCount...upload.byteCount, expiresAt: upload.expiresAt / 1000)
        return DirectUploadForm(
            url: client.location.origin + SignatureV4.encoded(path: client.bucketPath), fields: fields)
    }

    package func setAside(_ path: String, as name: UploadName) async throws {
        try await put(path, as: name.key)
        unlink(path)
    }

    package func fetch(_ name: UploadName, to path: String, atMost limit: Int64) async throws -> Bool {
        let response = try await client.expect([200, 404], .GET, client.key(name.key))
        guard response.status == .ok else { return false }
        let file = try await threads.runIfActive { try NewFile(path) }
        var count: Int64 = 0
        for try await piece in response.body {
            count += Int64(piece.readableBytes)
            guard count <= limit else { throw MediaError("What was uploaded has more than \(limit) bytes.") }
            try await threads.runIfActive { try file.write(piece) }
        }
        return true
    }

    package func discard(_ names: [UploadName]) async throws { try await remove(names.map(\.key)) }

    package func uploads() async throws -> [UploadName] {
        try await list(UploadName.folder).objects.compactMap { UploadName(key: $0.name) }
    }
}
