import AsyncHTTPClient
import Foundation
import MediaStorage
import NIOCore
import NIOHTTP1

/// A server for tests that implements the S3 API (moto, installed by `scripts/test`). It stops when the
/// process that started it ends, even if that process crashes.
package final class S3Server: Sendable {
    /// The server that all tests of a process share; it starts on first use.
    package static func shared() async throws -> S3Server { try await starting.value }

    private static let starting = Task { try await S3Server() }
    /// Long timeouts: tests run in parallel, so S3 may be slow, and no call may fail for that reason.
    package static let retryPolicy = S3Client.RetryPolicy(
        attemptTimeout: .seconds(300), totalTimeout: .seconds(900), connectTimeout: .seconds(300),
        idleTimeout: .seconds(300))
    package static let key = ["AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"]

    package let endpoint: String
    private let input: FileHandle

    private init() async throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
            .standardized.path
        let program = "\(root)/.build/venv/bin/moto_server"
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw MediaError("\(program) is missing; scripts/test installs it.")
        }
        let port = try Ports.free()
        endpoint = "http://127.0.0.1:\(port)"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        // The end of the input, which comes when this process exits, stops the server. The signal is KILL,
        // because the server may have inherited a signal mask that blocks others.
        process.arguments = [
            "-c", #""$0" -H 127.0.0.1 -p "$1" >/dev/null 2>&1 </dev/null & read -r line; kill -9 $!"#,
            program, "\(port)",
        ]
        let inputPipe = Pipe()
        process.standardInput = inputPipe
        input = inputPipe.fileHandleForWriting
        try process.run()
        let end = ContinuousClock.now + .seconds(300)
        while true {
            let response = try? await HTTPClient.shared.execute(
                HTTPClientRequest(url: endpoint + "/moto-api/"), timeout: .seconds(5))
            if response?.status == .ok { return }
            guard ContinuousClock.now < end else { throw MediaError("moto did not start.") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Creates a bucket and returns the media storage in it.
    package func media(_ options: String = "") async throws -> S3Media {
        S3Media(
            try S3Location(try await bucket(options)), environment: Self.key, retryPolicy: Self.retryPolicy)
    }

    /// Creates a bucket and returns its media URL.
    package func bucket(_ options: String = "") async throws -> String {
        let name = "test-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        var request = HTTPClientRequest(url: "\(endpoint)/\(name)")
        request.method = .PUT
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(300))
        guard response.status == .ok else {
            throw MediaError("Could not create a bucket: \(response.status)")
        }
        return "s3://\(name)/community?endpoint=\(endpoint)\(options)"
    }
}
