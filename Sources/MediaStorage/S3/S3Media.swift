import AsyncHTTPClient
import Crypto
import Encodings
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// A media storage in a bucket of S3 or of an S3-compatible service
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html).
///
/// The files of a photo are uploaded one after the other. If one fails, those before it are removed. If the
/// server crashes in between, the table of unclaimed files causes their removal.
package struct S3Media: MediaStorage {
    /// The size of a part in bytes. Larger files are uploaded in parts.
    private static let partSize: Int64 = 8 << 20
    /// The maximum number of keys in one request of S3.
    private static let maxBatchSize = 1000
    /// The lifetime of a presigned URL in seconds.
    private static let presignedLifetime = 3600

    let client: S3Client
    private let http: HTTPClient
    private let threads: NIOThreadPool
    /// The number of keys that are listed or removed in one request.
    private let batchSize: Int

    /// - Parameter environment: The environment variables in which to look for credentials.
    package init(
        _ location: S3Location, environment: [String: String] = ProcessInfo.processInfo.environment,
        patience: S3Client.Patience = .init()
    ) {
        self.init(location, environment: environment, patience: patience, batchSize: Self.maxBatchSize)
    }

    init(
        _ location: S3Location, environment: [String: String], patience: S3Client.Patience,
        batchSize: Int, threads: NIOThreadPool = .singleton,
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
    ) {
        var configuration = HTTPClient.Configuration()
        let silence = TimeAmount(patience.silence)
        configuration.timeout = .init(connect: TimeAmount(patience.connecting), read: silence, write: silence)
        // Redirects are not followed, because a signature is valid for one host only.
        configuration.redirectConfiguration = .disallow
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        client = S3Client(
            location: location, http: http,
            credentials: S3CredentialSource(environment: environment, client: http, now: now), now: now,
            patience: patience)
        self.threads = threads
        self.batchSize = batchSize
    }

    // MARK: - MediaStorage

    package func put(_ files: [MediaFile], under prefix: MediaPrefix) async throws {
        do {
            for file in files {
                try await put(
                    file.path, as: "\(prefix)/\(file.name)", caching: "public, max-age=31536000, immutable")
            }
        } catch {
            // If S3 cannot be reached, the files cannot be removed now. They are recorded as unclaimed and
            // removed later.
            if (error as? MediaError)?.isTransient != true {
                // A separate task, because the current task may be cancelled.
                await Task { try? await delete([prefix]) }.value
            }
            throw error
        }
        for file in files { unlink(file.path) }
    }

    package func copy(_ names: [String], of prefix: MediaPrefix, to other: MediaPrefix) async throws -> Bool {
        var hasCopied = false
        for name in names where try await copy("\(prefix)/\(name)", to: "\(other)/\(name)") {
            hasCopied = true
        }
        return hasCopied
    }

    /// Copies an object on the server side, with its content type and cache control. Returns false if it does
    /// not exist. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    func copy(_ name: String, to target: String) async throws -> Bool {
        let source = "/\(client.location.bucket)/\(client.location.prefix)\(name)"
        let response = try await client.expect(
            [200, 404], .PUT, client.key(target),
            headers: ["x-amz-copy-source": SignatureV4.encoded(path: source)])
        guard response.status == .ok else { return false }
        // S3 may respond with 200 and report an error in the body.
        let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
        guard !text.contains("<Error>") else {
            throw MediaError("S3 did not copy \(name): \(text.prefix(500))")
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

    package func url(of key: MediaKey) async throws -> String? {
        guard client.location.redirects else { return nil }
        return try await client.presignedURL(client.key("\(key)"), expiresIn: Self.presignedLifetime)
    }

    package func close() async throws { try await http.shutdown() }

    // MARK: - Uploading

    private func put(_ path: String, as name: String, caching: String? = nil) async throws {
        let size = try await threads.runIfActive { Files.byteCount(path) }
        guard let size else { throw MediaError("There is no file at \(path) to store.") }
        let file = try await threads.runIfActive { try OpenFile(path) }
        var headers = ["content-type": "image/jpeg"]
        headers["cache-control"] = caching
        if size <= Self.partSize {
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
        let response = try await client.text(.POST, key, query: [("uploads", "")], headers: headers)
        guard let upload = try? S3XML.decode(StartedUpload.self, from: response).uploadId else {
            throw MediaError("S3 did not start a multipart upload: \(response.prefix(500))")
        }
        do {
            var parts: [CompletedUpload.Part] = []
            for (index, start) in stride(from: 0, to: size, by: Int(Self.partSize)).enumerated() {
                let range = start..<min(size, start + Self.partSize)
                let response = try await client.expect(
                    [200], .PUT, key, query: [("partNumber", "\(index + 1)"), ("uploadId", upload)],
                    body: try await body(file, range))
                let tag = response.headers.first(name: "etag") ?? ""
                parts.append(.init(partNumber: index + 1, eTag: tag))
            }
            // S3 may respond with 200 and report an error in the body.
            let result = try await client.text(
                .POST, key, query: [("uploadId", upload)],
                body: .bytes(try S3XML.encode(CompletedUpload(part: parts), as: "CompleteMultipartUpload")))
            guard !result.contains("<Error>") else {
                throw MediaError("S3 did not complete the multipart upload: \(result.prefix(500))")
            }
        } catch {
            await Task {
                _ = try? await client.expect([204, 404], .DELETE, key, query: [("uploadId", upload)])
            }.value
            throw error
        }
    }

    /// Returns a range of a file as a request body. It reads the range to compute the hash, with which S3
    /// verifies the data.
    private func body(_ file: OpenFile, _ range: Range<Int64>) async throws -> S3Client.Body {
        var hash = SHA256()
        for try await chunk in FileChunks(file: file, range: range, threads: threads) {
            chunk.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        }
        return .file(file, range, hash: hash.finalize().hexadecimal)
    }

    // MARK: - Listing and removing

    /// Lists the objects whose names begin with `namePrefix`. Names do not include the prefix of the
    /// location. Unless `isDeep`, objects with a further `/` in their names are listed as folders.
    func list(
        _ namePrefix: String, isDeep: Bool = true
    ) async throws -> (objects: [(name: String, byteCount: Int64)], folders: [String]) {
        let locationPrefix = client.location.prefix
        var query = [
            ("list-type", "2"), ("max-keys", "\(batchSize)"), ("prefix", locationPrefix + namePrefix),
        ]
        if !isDeep { query.append(("delimiter", "/")) }
        var found: (objects: [(name: String, byteCount: Int64)], folders: [String]) = ([], [])
        var token: String?
        repeat {
            let page = query + (token.map { [("continuation-token", $0)] } ?? [])
            let text = try await client.text(
                .GET, client.bucketPath, query: page.map { (name: $0.0, value: $0.1) })
            let listing = try S3XML.decode(Listing.self, from: text)
            found.objects += (listing.contents ?? []).map {
                (String($0.key.dropFirst(locationPrefix.count)), $0.size)
            }
            found.folders += (listing.commonPrefixes ?? []).map {
                String($0.prefix.dropFirst(locationPrefix.count))
            }
            token = listing.nextContinuationToken
        } while token != nil
        return found
    }

    /// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
    func remove(_ names: [String]) async throws {
        for start in stride(from: 0, to: names.count, by: batchSize) {
            let batch = names[start..<min(names.count, start + batchSize)]
            let body = try S3XML.encode(
                Deletion(object: batch.map { .init(key: client.location.prefix + $0) }), as: "Delete")
            let checksum = Data(Insecure.MD5.hash(data: body)).base64EncodedString()
            let response = try await client.text(
                .POST, client.bucketPath, query: [("delete", "")], headers: ["content-md5": checksum],
                body: .bytes(body))
            let result = response.isEmpty ? nil : try S3XML.decode(DeletionResult.self, from: response)
            if let error = result?.error?.first {
                throw MediaError("S3 did not delete all objects: \(error.code)")
            }
        }
    }

    // MARK: - Pending uploads

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

    package func storeUpload(_ path: String, as name: UploadName) async throws {
        try await put(path, as: name.key)
        unlink(path)
    }

    package func fetch(_ name: UploadName, to path: String, atMost limit: Int64) async throws -> Bool {
        let response = try await client.expect([200, 404], .GET, client.key(name.key))
        guard response.status == .ok else { return false }
        let file = try await threads.runIfActive { try NewFile(path) }
        var count: Int64 = 0
        for try await chunk in response.body {
            count += Int64(chunk.readableBytes)
            guard count <= limit else { throw MediaError("The upload is larger than \(limit) bytes.") }
            try await threads.runIfActive { try file.write(chunk) }
        }
        return true
    }

    package func discard(_ names: [UploadName]) async throws { try await remove(names.map(\.key)) }

    package func uploads() async throws -> [UploadName] {
        try await list(UploadName.folder).objects.compactMap { UploadName(key: $0.name) }
    }
}
