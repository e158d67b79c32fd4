import Foundation
import Hummingbird
import Synchronization
import TestSupport
import Testing

@testable import MediaStorage

/// Tests an S3 service that fails, rejects requests or does not respond.
struct S3FailureTests {
    private static let longTimeouts = S3Client.RetryPolicy(
        attemptTimeout: .seconds(300), totalTimeout: .seconds(900), maxAttempts: 3,
        firstPause: .milliseconds(1),
        connectTimeout: .seconds(300), idleTimeout: .seconds(300))
    /// For an S3 service that never responds or does not exist, so that the test waits until the timeout.
    private static let shortTimeouts = S3Client.RetryPolicy(
        attemptTimeout: .milliseconds(300), totalTimeout: .seconds(1), maxAttempts: 3,
        firstPause: .milliseconds(1))

    /// Runs `body` with an S3 service that responds with `respond`. Returns the method and URI of each
    /// request.
    private func withS3(
        retryPolicy: S3Client.RetryPolicy = Self.longTimeouts,
        _ respond: @escaping @Sendable (Int, Request) async throws -> Response,
        _ body: @Sendable (S3Media) async throws -> Void
    ) async throws -> [String] {
        let requests = Mutex<[String]>([])
        try await LocalServer.with { request in
            for try await _ in request.body {}
            let count = requests.withLock { list in
                list.append("\(request.method) \(request.uri)")
                return list.count
            }
            return try await respond(count, request)
        } _: { url in
            let media = S3Media(
                try S3Location("s3://b?endpoint=\(url)"), environment: S3Server.key, retryPolicy: retryPolicy)
            do { try await body(media) } catch {
                try await media.close()
                throw error
            }
            try await media.close()
        }
        return requests.withLock { $0 }
    }

    private static let empty = "<ListBucketResult></ListBucketResult>"
    private static func text(_ text: String) -> Response {
        Response(status: .ok, body: .init(byteBuffer: .init(string: text)))
    }

    @Test func `a transient failure is retried`() async throws {
        let requests = try await withS3 { count, _ in
            count < 3 ? Response(status: .serviceUnavailable) : Self.text(Self.empty)
        } _: {
            try await $0.check()
        }
        #expect(requests.count == 3)
    }

    @Test func `a failure that persists is reported as transient`() async throws {
        let requests = try await withS3 { _, _ in
            Response(status: .internalServerError)
        } _: { media in
            let error = await #expect(throws: MediaError.self) { try await media.check() }
            #expect(error?.isTransient == true && error?.description.contains("500") == true)
        }
        #expect(requests.count == 3)
    }

    @Test func `a rejected request is reported and not retried`() async throws {
        let requests = try await withS3 { _, _ in
            Response(status: .forbidden, body: .init(byteBuffer: .init(string: "<Code>AccessDenied</Code>")))
        } _: { media in
            let error = await #expect(throws: MediaError.self) { try await media.check() }
            #expect(error?.isTransient == false && error?.description.contains("AccessDenied") == true)
        }
        #expect(requests.count == 1)
    }

    @Test func `a missing response ends with a timeout`() async throws {
        _ = try await withS3(retryPolicy: Self.shortTimeouts) { _, _ in
            try await Task.sleep(for: .seconds(3600))
            return Response(status: .ok)
        } _: { media in
            let error = await #expect(throws: MediaError.self) { try await media.check() }
            #expect(error?.isTransient == true)
        }
    }

    @Test func `a refused connection is reported as transient`() async throws {
        let media = S3Media(
            try S3Location("s3://b?endpoint=http://127.0.0.1:\(try Ports.free())"), environment: S3Server.key,
            retryPolicy: Self.shortTimeouts)
        let error = await #expect(throws: MediaError.self) { try await media.check() }
        #expect(error?.isTransient == true)
        try await media.close()
    }

    @Test func `a multipart upload that cannot be completed is aborted`() async throws {
        let requests = try await withS3 { _, request in
            if request.method == .delete { return Response(status: .noContent) }
            let query = request.uri.query ?? ""
            if request.method == .put { return Response(status: .ok, headers: [.eTag: "\"1\""]) }
            if query.contains("uploads") { return Self.text("<Started><UploadId>7</UploadId></Started>") }
            if query.contains("uploadId") { return Self.text("<Error><Code>InternalError</Code></Error>") }
            return Self.text(Self.empty)
        } _: { media in
            try await Fixtures.withFolder { folder in
                try Data(count: 9 << 20).write(to: URL(fileURLWithPath: folder + "/1.jpg"))
                let error = await #expect(throws: MediaError.self) {
                    try await media.put([MediaFile(path: folder + "/1.jpg", name: "1.jpg")], under: .random())
                }
                #expect(error?.description.contains("InternalError") == true)
            }
        }
        #expect(requests.contains { $0.hasPrefix("DELETE") && $0.contains("uploadId=7") })
    }

    @Test func `objects that could not be deleted are reported`() async throws {
        _ = try await withS3 { _, request in
            request.method == .get
                ? Self.text("<List><Contents><Key>ab/x</Key><Size>1</Size></Contents></List>")
                : Self.text("<DeleteResult><Error><Code>Slow &amp; down</Code></Error></DeleteResult>")
        } _: { media in
            let error = await #expect(throws: MediaError.self) { try await media.delete([.random()]) }
            #expect(error?.description.contains("Slow & down") == true)
        }
    }
}
