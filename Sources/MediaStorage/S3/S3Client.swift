import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Speaks to one bucket: signs, waits only so long, and tries again what may pass.
package struct S3Client: Sendable {
    /// How S3 is waited for.
    package struct Patience: Sendable {
        /// For the head of one answer.
        let attempt: Duration
        /// For all attempts together.
        let whole: Duration
        let attempts: Int
        let firstPause: Duration
        /// For a connection, and for the next piece of an answer or of what is sent.
        let connecting: Duration
        let silence: Duration

        package init(
            attempt: Duration = .seconds(10), whole: Duration = .seconds(20), attempts: Int = 4,
            firstPause: Duration = .milliseconds(100), connecting: Duration = .seconds(5),
            silence: Duration = .seconds(30)
        ) {
            self.connecting = connecting
            self.silence = silence
            self.attempt = attempt
            self.whole = whole
            self.attempts = attempts
            self.firstPause = firstPause
        }
    }

    /// The answer's codes that a later attempt may not meet.
    private static let passing: Set<UInt> = [408, 429, 500, 502, 503, 504]

    let location: S3Location
    let http: HTTPClient
    let credentials: S3CredentialSource
    let now: @Sendable () -> Int64
    var patience = Patience()

    /// What a request carries.
    enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// A range of a file and its SHA-256.
        case file(OpenFile, Range<Int64>, hash: String)
    }

    func key(_ name: String) -> String { "\(location.root)/\(location.prefix)\(name)" }
    var bucketPath: String { location.root.isEmpty ? "/" : location.root }

    /// Sends a request until it is answered, however it is answered: only what may pass is tried again.
    /// - Throws: ``MediaError`` when no answer came in time.
    func send(
        _ method: HTTPMethod, _ path: String, query: [(name: String, value: String)] = [],
        headers: [String: String] = [:],
        body: Body = .none
    ) async throws -> HTTPClientResponse {
        let end = ContinuousClock.now + patience.whole
        var pause = patience.firstPause
        var failure = ""
        for attempt in 1...patience.attempts {
            let left = end - .now
            guard left > .zero else { break }
            do {
                let request = try await request(method, path, query, headers, body)
                let response = try await http.execute(
                    request, timeout: TimeAmount(min(left, patience.attempt)))
                guard Self.passing.contains(response.status.code) else { return response }
                failure = "it answered \(response.status.code)"
                _ = try await response.body.collect(upTo: 64 * 1024)
            } catch let error as MediaError {
                throw error
            } catch let error as CancellationError {
                throw error
            } catch {
                failure = "\(error)"
            }
            guard attempt < patience.attempts, .now + pause < end else { break }
            // By chance, so that those who were turned away together do not come back together.
            try await Task.sleep(for: pause * Double.random(in: 0.5...1.5))
            pause *= 3
        }
        throw MediaError("S3 could not be asked for \(method) \(path): \(failure).", isPassing: true)
    }

    /// As ``send(_:_:query:headers:body:)``, where only these codes will do.
    @discardableResult
    func expect(
        _ codes: Set<UInt>, _ method: HTTPMethod, _ path: String, query: [(name: String, value: String)] = [],
        headers: [String: String] = [:], body: Body = .none
    ) async throws -> HTTPClientResponse {
        let response = try await send(method, path, query: query, headers: headers, body: body)
        guard codes.contains(response.status.code) else {
            let words = String(buffer: try await response.body.collect(upTo: 64 * 1024))
            throw MediaError("S3 answered \(response.status.code) to \(method) \(path): \(words.prefix(500))")
        }
        return response
    }

    /// The whole answer as text, a mebibyte at most: lists and the like.
    func text(
        _ method: HTTPMethod, _ path: String, query: [(name: String, value: String)],
        headers: [String: String] = [:],
        body: Body = .none
    ) async throws -> String {
        let response = try await expect([200], method, path, query: query, headers: headers, body: body)
        return String(buffer: try await response.body.collect(upTo: 1 << 20))
    }

    /// An address under which anybody may read a file for so many seconds.
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
        let address = location.origin + SignatureV4.encoded(path: path)
        var request = HTTPClientRequest(
            url: query.isEmpty ? address : "\(address)?\(SignatureV4.encoded(query))")
        request.method = method
        for (name, value) in signed where name != "host" { request.headers.add(name: name, value: value) }
        switch body {
        case .none: break
        case .bytes(let bytes): request.body = .bytes(ByteBuffer(bytes: bytes))
        case .file(let file, let range, _):
            request.body = .stream(
                FilePieces(file: file, range: range, threads: .singleton), length: .known(Int64(range.count)))
        }
        return request
    }
}
