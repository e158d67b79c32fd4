import AsyncHTTPClient
import Foundation
import MediaStorage
import NIOCore
import NIOHTTP1

/// A server of the tests' own that speaks as S3 does (moto, installed by `scripts/test`). It ends with the process that
/// started it, however that ends.
package final class S3Server: Sendable {
    /// The one that the tests of a process share; started when the first of them asks.
    package static func shared() async throws -> S3Server { try await starting.value }

    private static let starting = Task { try await S3Server() }
    /// Tests run beside each other: S3 may be slow, and no call may be given up for that.
    package static let patience = S3Client.Patience(
        attempt: .seconds(300), whole: .seconds(900), connecting: .seconds(300), silence: .seconds(300))
    package static let key = ["AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"]

    package let endpoint: String
    private let input: FileHandle

    private init() async throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
            .standardized.path
        let program = "\(root)/.build/venv/bin/moto_server"
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw MediaError("\(program) is missing: scripts/test installs it.")
        }
        let port = try Ports.free()
        endpoint = "http://127.0.0.1:\(port)"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        // The end of the input, which comes when whoever holds the other end is gone, ends it; a milder signal it may have
        // inherited as blocked.
        process.arguments = [
            "-c", "\"$0\" -H 127.0.0.1 -p \"$1\" >/dev/null 2>&1 </dev/null & read -r line; kill -9 $!",
            program, "\(port)",
        ]
        let toServer = Pipe()
        process.standardInput = toServer
        input = toServer.fileHandleForWriting
        try process.run()
        let end = ContinuousClock.now + .seconds(300)
        while true {
            let answer = try? await HTTPClient.shared.execute(
                HTTPClientRequest(url: endpoint + "/moto-api/"), timeout: .seconds(5))
            if answer?.status == .ok { return }
            guard ContinuousClock.now < end else { throw MediaError("moto did not start.") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Photos in a new bucket.
    package func media(_ options: String = "") async throws -> S3Media {
        S3Media(try S3Location(try await bucket(options)), environment: Self.key, patience: Self.patience)
    }

    /// The address of a new bucket.
    package func bucket(_ options: String = "") async throws -> String {
        let name = "test-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        var request = HTTPClientRequest(url: "\(endpoint)/\(name)")
        request.method = .PUT
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(300))
        guard response.status == .ok else { throw MediaError("No bucket was made: \(response.status)") }
        return "s3://\(name)/community?endpoint=\(endpoint)\(options)"
    }
}
