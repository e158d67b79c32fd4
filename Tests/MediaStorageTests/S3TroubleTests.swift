import Foundation
import Hummingbird
import Synchronization
import TestSupport
import Testing

@testable import MediaStorage

/// S3 that fails, refuses, or does not answer.
struct S3TroubleTests {
    private static let patience = S3Client.Patience(
        attempt: .seconds(300), whole: .seconds(900), attempts: 3, firstPause: .milliseconds(1),
        connecting: .seconds(300), silence: .seconds(300))
    /// For S3 that does not answer at all, or is not there, which is asked until the time for a connection is over.
    private static let impatience = S3Client.Patience(
        attempt: .milliseconds(300), whole: .seconds(1), attempts: 3, firstPause: .milliseconds(1))

    /// Runs `body` with S3 answering so, and returns what was asked: method and path with query.
    private func with(
        patience: S3Client.Patience = Self.patience,
        _ answer: @escaping @Sendable (Int, Request) async throws -> Response,
        _ body: @Sendable (S3Media) async throws -> Void
    ) async throws -> [String] {
        let asked = Mutex<[String]>([])
        try await LocalServer.with { request in
            for try await _ in request.body {}
            let count = asked.withLock { list in
                list.append("\(request.method) \(request.uri)")
                return list.count
            }
            return try await answer(count, request)
        } _: { url in
            let media = S3Media(
                try S3Location("s3://b?endpoint=\(url)"), environment: S3Server.key, patience: patience)
            do { try await body(media) } catch {
                try await media.close()
                throw error
            }
            try await media.close()
        }
        return asked.withLock { $0 }
    }

    private static let empty = "<ListBucketResult></ListBucketResult>"
    private static func text(_ text: String) -> Response {
        Response(status: .ok, body: .init(byteBuffer: .init(string: text)))
    }

    @Test func `what passes is asked again`() async throws {
        let asked = try await with { count, _ in
            count < 3 ? Response(status: .serviceUnavailable) : Self.text(Self.empty)
        } _: {
            try await $0.check()
        }
        #expect(asked.count == 3)
    }

    @Test func `what stays is an error that may pass`() async throws {
        let asked = try await with { _, _ in
            Response(status: .internalServerError)
        } _: { media in
            let error = await #expect(throws: MediaError.self) { try await media.check() }
            #expect(error?.isPassing == true && error?.description.contains("500") == true)
        }
        #expect(asked.count == 3)
    }

    @Test func `a refusal is not asked again, and is told`() async throws {
        let asked = try await with { _, _ in
            Response(status: .forbidden, body: .init(byteBuffer: .init(string: "<Code>AccessDenied</Code>")))
        } _: { media in
            let error = await #expect(throws: MediaError.self) { try await media.check() }
            #expect(error?.isPassing == false && error?.description.contains("AccessDenied") == true)
        }
        #expect(asked.count == 1)
    }

    @Test func `silence ends after the time there is`() async throws {
        _ = try await with(patience: Self.impatience) { _, _ in
            try await Task.sleep(for: .seconds(3600))
            return Response(status: .ok)
        } _: { media in
            let error = await #expect(throws: MediaError.self) { try await media.check() }
            #expect(error?.isPassing == true)
        }
    }

    @Test func `nobody at the address is an error that may pass`() async throws {
        let media = S3Media(
            try S3Location("s3://b?endpoint=http://127.0.0.1:\(try Ports.free())"), environment: S3Server.key,
            patience: Self.impatience)
        let error = await #expect(throws: MediaError.self) { try await media.check() }
        #expect(error?.isPassing == true)
        try await media.close()
    }

    @Test func `parts that do not come together are given up`() async throws {
        let asked = try await with { _, request in
            if request.method == .delete { return Response(status: .noContent) }
            let query = request.uri.query ?? ""
            if request.method == .put { return Response(status: .ok, headers: [.eTag: "\"1\""]) }
            if query.contains("uploads") { return Self.text("<UploadId>7</UploadId>") }
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
        #expect(asked.contains { $0.hasPrefix("DELETE") && $0.contains("uploadId=7") })
    }

    @Test func `what could not be deleted is told`() async throws {
        _ = try await with { _, request in
            request.method == .get
                ? Self.text("<Contents><Key>ab/x</Key><Size>1</Size></Contents>")
                : Self.text("<DeleteResult><Error><Code>Slow &amp; down</Code></Error></DeleteResult>")
        } _: { media in
            let error = await #expect(throws: MediaError.self) { try await media.delete([.random()]) }
            #expect(error?.description.contains("Slow & down") == true)
        }
    }
}
