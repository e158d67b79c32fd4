import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends signed requests to one bucket, with timeouts, and retries transient failures.
package struct S3Client: Sendable {
    /// The timeouts and retries of requests.
    package struct RetryPolicy: Sendable {
        /// The timeout for the response head of one attempt.
        let attemptTimeout: Duration
        /// The timeout for all attempts together.
        let totalTimeout: Duration
        let maxAttempts: Int
        /// The pause before the second attempt. Later pauses are longer.
        let firstPause: Duration
        /// The timeout for a connection.
        let connectTimeout: Duration
        /// The timeout for the next part of a request or response body.
        let idleTimeout: Duration

        package init(
            attemptTimeout: Duration = .seconds(10), totalTimeout: Duration = .seconds(20),
            maxAttempts: Int = 4,
            firstPause: Duration = .milliseconds(100), connectTimeout: Duration = .seconds(5),
            idleTimeout: Duration = .seconds(30)
        ) {
            self.connectTimeout = connectTimeout
            self.idleTimeout = idleTimeout
            self.attemptTimeout = attemptTimeout
            self.totalTimeout = totalTimeout
            self.maxAttempts = maxAttempts
            self.firstPause = firstPause
        }
    }

    /// The status codes of transient errors.
    private static let transientStatuses: Set<UInt> = [408, 429, 500, 502, 503, 504]

    let location: S3Location
    let http: HTTPClient
    let credentials: S3CredentialSource
    let now: @Sendable () -> Int64
    var retryPolicy = RetryPolicy()

    /// The body of a request.
    enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// A range of a file and its SHA-256.
        case file(OpenFile, Range<Int64>, hash: String)
    }

    func key(_ name: String) -> String { "\(location.root)/\(location.prefix)\(name)" }
    var bucketPath: String { location.root.isEmpty ? "/" : location.root }

    /// Sends a request and returns the response, whatever its status. Retries transient failures.
    /// - Throws: ``MediaError`` if there is no usable response in time.
    func send(
        _ method: HTTPMethod, _ path: String, query: [(name: String, value: String)] = [],
        headers: [String: String] = [:],
        body: Body = .none
    ) async throws -> HTTPClientResponse {
        let deadline = ContinuousClock.now + retryPolicy.totalTimeout
        var pause = retryPolicy.firstPause
        var failure = ""
        for attempt in 1...retryPolicy.maxAttempts {
            let remaining = deadline - .now
            guard remaining > .zero else { break }
            do {
                let request = try await request(method, path, query, headers, body)
                let response = try await http.execute(
                    request, timeout: TimeAmount(min(remaining, retryPolicy.attemptTimeout)))
                guard Self.transientStatuses.contains(response.status.code) else { return response }
                failure = "status \(response.status.code)"
                _ = try await response.body.collect(upTo: 64 * 1024)
            } catch let error as MediaError {
                throw error
            } catch let error as CancellationError {
                throw error
            } catch {
                failure = "\(error)"
            }
            guard attempt < retryPolicy.maxAttempts, .now + pause < deadline else { break }
            // Random jitter, so that requests that failed together are not retried together.
            try await Task.sleep(for: pause * Double.random(in: 0.5...1.5))
            pause *= 3
        }
        throw MediaError("The S3 request \(method) \(path) failed: \(failure).", isTransient: true)
    }

    /// Sends a request with ``send(_:_:query:headers:body:)`` and throws if the status is not among `codes`.
    @discardableResult
    func expect(
        _ codes: Set<UInt>, _ method: HTTPMethod, _ path: String, query: [(name: String, value: String)] = [],
        headers: [String: String] = [:], body: Body = .none
    ) async throws -> HTTPClientResponse {
        let response = try await send(method, path, query: query, headers: headers, body: body)
        guard codes.contains(response.status.code) else {
            let text = String(buffer: try await response.body.collect(upTo: 64 * 1024))
            throw MediaError(
                "S3 responded with \(response.status.code) to \(method) \(path): \(text.prefix(500))")
        }
        return response
    }

    /// Sends a request and returns the response body as text, at most 1 MiB.
    func text(
        _ method: HTTPMethod, _ path: String, query: [(name: String, value: String)],
        headers: [String: String] = [:],
        body: Body = .none
    ) async throws -> String {
        let response = try await expect([200], method, path, query: query, headers: headers, body: body)
        return String(buffer: try await response.body.collect(upTo: 1 << 20))
    }

    /// Returns a URL with which anyone can read a file for the given number of seconds.
    func presignedURL(_ path: String, expiresIn seconds: Int) async throws -> String {
        let signature = SignatureV4(
            credentials: try await credentials.credentials(), region: location.region, time: now())
        let request = SignatureV4.Request(
            method: "GET", path: path, headers: ["host": host], payloadHash: SignatureV4.unsignedPayload)
        let query = signature.presignedQuery(request, expiresIn: seconds)
        return "\(location.origin)\(SignatureV4.encoded(path: path))?\(query)"
    }

    private var host: String {
        String(
            location.origin[
                (location.origin.firstRange(of: "://")?.upperBound ?? location.origin.startIndex)...])
    }

    private func request(
        _ method: HTTPMethod, _ path: String, _ query: [(name: String, value: String)],
        _ headers: [String: String],
        _ body: Body
    ) async throws -> HTTPClientRequest {
        var headers = headers
        headers["host"] = host
        let hash =
            switch body {
            case .none: SignatureV4.sha256([])
            case .bytes(let bytes): SignatureV4.sha256(bytes)
            case .file(_, _, let hash): hash
            }
        let signature = SignatureV4(
            credentials: try await credentials.credentials(), region: location.region, time: now())
        let signed = signature.signedHeaders(
            .init(method: method.rawValue, path: path, query: query, headers: headers, payloadHash: hash))
        let baseURL = location.origin + SignatureV4.encoded(path: path)
        var request = HTTPClientRequest(
            url: query.isEmpty ? baseURL : "\(baseURL)?\(SignatureV4.encoded(query))")
        request.method = method
        for (name, value) in signed where name != "host" { request.headers.add(name: name, value: value) }
        switch body {
        case .none: break
        case .bytes(let bytes): request.body = .bytes(ByteBuffer(bytes: bytes))
        case .file(let file, let range, _):
            request.body = .stream(
                FileChunks(file: file, range: range, threads: .singleton), length: .known(Int64(range.count)))
        }
        return request
    }
}
