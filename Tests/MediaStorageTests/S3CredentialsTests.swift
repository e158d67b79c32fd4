import AsyncHTTPClient
import Foundation
import Hummingbird
import Synchronization
import TestSupport
import Testing

@testable import MediaStorage

struct S3CredentialsTests {
    /// Disables the credentials file of the user and the instance metadata, so that only the test provides
    /// credentials.
    private static let isolated = [
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true",
    ]

    private func source(
        _ environment: [String: String], now: @escaping @Sendable () -> Int64 = { 0 }
    ) -> S3CredentialSource {
        S3CredentialSource(
            environment: Self.isolated.merging(environment) { $1 }, client: .shared, timeout: .seconds(300),
            now: now)
    }

    @Test func `the environment has priority`() async throws {
        let found = try await source([
            "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t",
        ]).credentials()
        #expect(found == S3Credentials(accessKey: "a", secretKey: "s", sessionToken: "t"))
    }

    @Test func `the credentials file is read by profile`() async throws {
        try await Fixtures.withFolder { folder in
            let file = folder + "/credentials"
            try """
            [default]
            aws_access_key_id = first
            aws_secret_access_key=one=two
            # aws_session_token = no

            [ other ]
            aws_access_key_id = second
            aws_secret_access_key = two
            aws_session_token = t
            [broken]
            aws_access_key_id = third
            """.write(toFile: file, atomically: true, encoding: .utf8)
            let environment = ["AWS_SHARED_CREDENTIALS_FILE": file]
            let first = try await source(environment).credentials()
            #expect(first == S3Credentials(accessKey: "first", secretKey: "one=two"))
            let other = try await source(environment.merging(["AWS_PROFILE": "other"]) { $1 }).credentials()
            #expect(other == S3Credentials(accessKey: "second", secretKey: "two", sessionToken: "t"))
            await #expect(throws: MediaError.self) {
                try await source(environment.merging(["AWS_PROFILE": "broken"]) { $1 }).credentials()
            }
        }
    }

    @Test func `the container endpoint is requested with its token`() async throws {
        try await Fixtures.withFolder { folder in
            try "secret\n".write(toFile: folder + "/token", atomically: true, encoding: .utf8)
            try await LocalServer.with { request in
                guard request.headers[.authorization] == "secret" else {
                    return Response(status: .unauthorized)
                }
                let body = """
                    {"AccessKeyId":"c","SecretAccessKey":"s","Token":"t",\
                    "Expiration":"2026-01-02T03:04:05Z"}
                    """
                return Response(status: .ok, body: .init(byteBuffer: .init(string: body)))
            } _: { url in
                let environment = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url + "/key"]
                let found = try await source(
                    environment.merging(["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": folder + "/token"]) { $1 }
                ).credentials()
                #expect(
                    found
                        == S3Credentials(
                            accessKey: "c", secretKey: "s", sessionToken: "t", expiresAt: 1_767_323_045))
                await #expect(throws: MediaError.self) { try await source(environment).credentials() }
            }
        }
    }

    @Test func `the instance metadata is requested once, and again before the credentials expire`()
        async throws
    {
        let requestCount = Mutex(0)
        try await LocalServer.with { request in
            switch (request.method, request.uri.path) {
            case (.put, "/latest/api/token"):
                return Response(status: .ok, body: .init(byteBuffer: .init(string: "pass")))
            case (.get, "/latest/meta-data/iam/security-credentials/"):
                return Response(status: .ok, body: .init(byteBuffer: .init(string: "photos\n")))
            case (.get, "/latest/meta-data/iam/security-credentials/photos"):
                let count = requestCount.withLock { count in
                    count += 1
                    return count
                }
                let body =
                    #"{"AccessKeyId":"m\#(count)","SecretAccessKey":"s","Expiration":"1970-01-01T01:00:00Z"}"#
                return Response(status: .ok, body: .init(byteBuffer: .init(string: body)))
            default: return Response(status: .notFound)
            }
        } _: { url in
            let time = Mutex<Int64>(0)
            let source = source(
                ["AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": url],
                now: { time.withLock { $0 } })
            async let one = source.credentials()
            async let two = source.credentials()
            let keys = try await [one.accessKey, two.accessKey]
            #expect(keys == ["m1", "m1"])
            time.withLock { $0 = 3299 }
            #expect(try await source.credentials().accessKey == "m1")
            time.withLock { $0 = 3301 }
            #expect(try await source.credentials().accessKey == "m2")
        }
    }

    @Test func `the error names every place that was searched`() async throws {
        let error = await #expect(throws: MediaError.self) { try await source([:]).credentials() }
        #expect(
            error?.description.contains("AWS_ACCESS_KEY_ID") == true
                && error?.description.contains("/nonexistent") == true)
    }
}
