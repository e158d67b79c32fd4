import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// A key to S3, as AWS's tools name its parts.
struct S3Credentials: Sendable, Equatable {
    let accessKey: String
    let secretKey: String
    var sessionToken: String?
    /// Seconds since 1970; nil for a key that does not expire.
    var expiresAt: Int64?
}

/// Finds the key where AWS's tools look for it: the environment, the file of credentials, the container's address, the
/// machine's metadata; asks again before it expires
/// (https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html).
actor S3CredentialSource {
    private static let margin: Int64 = 300
    private let environment: [String: String]
    private let client: HTTPClient
    private let patience: TimeAmount
    private let now: @Sendable () -> Int64
    private var known: S3Credentials?
    private var asking: Task<S3Credentials, any Error>?

    /// - Parameter patience: How long each answer is waited for. Short, as most machines have nobody who answers.
    init(
        environment: [String: String], client: HTTPClient, patience: TimeAmount = .seconds(2),
        now: @escaping @Sendable () -> Int64
    ) {
        self.environment = environment
        self.client = client
        self.patience = patience
        self.now = now
    }

    /// - Throws: ``MediaError`` that names every place looked at.
    func credentials() async throws -> S3Credentials {
        if let known, known.expiresAt.map({ $0 - Self.margin > now() }) ?? true { return known }
        // Requests that come together wait for one answer.
        let task = asking ?? Task { try await find() }
        asking = task
        defer { asking = nil }
        let found = try await task.value
        known = found
        return found
    }

    private func find() async throws -> S3Credentials {
        if let access = value("AWS_ACCESS_KEY_ID"), let secret = value("AWS_SECRET_ACCESS_KEY") {
            return S3Credentials(
                accessKey: access, secretKey: secret, sessionToken: value("AWS_SESSION_TOKEN"))
        }
        if let found = fromFile() { return found }
        if let found = try await fromContainer() { return found }
        if value("AWS_EC2_METADATA_DISABLED") != "true", let found = try? await fromMachine() { return found }
        throw MediaError(
            """
            No key to S3: neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, nor the profile \
            “\(profile)” in \(file), nor the container or the machine gives one.
            """)
    }

    private func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

    // MARK: - The file

    private var profile: String { value("AWS_PROFILE") ?? "default" }
    private var file: String {
        value("AWS_SHARED_CREDENTIALS_FILE") ?? (value("HOME") ?? "") + "/.aws/credentials"
    }

    private func fromFile() -> S3Credentials? {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
        var section = ""
        var found: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline).map({ $0.trimmingCharacters(in: .whitespaces) }) {
            if line.hasPrefix("["), line.hasSuffix("]") {
                section = line.dropFirst().dropLast().trimmingCharacters(in: .whitespaces)
            } else if section == profile, let equals = line.firstIndex(of: "="), !line.hasPrefix("#") {
                found[line[..<equals].trimmingCharacters(in: .whitespaces)] =
                    line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            }
        }
        guard let access = found["aws_access_key_id"], let secret = found["aws_secret_access_key"] else {
            return nil
        }
        return S3Credentials(accessKey: access, secretKey: secret, sessionToken: found["aws_session_token"])
    }

    // MARK: - Over HTTP

    private struct Answer: Decodable {
        let AccessKeyId: String
        let SecretAccessKey: String
        let Token: String?
        let Expiration: String?

        var credentials: S3Credentials {
            let end = Expiration.flatMap { try? Date($0, strategy: .iso8601) }
            return S3Credentials(
                accessKey: AccessKeyId, secretKey: SecretAccessKey, sessionToken: Token,
                expiresAt: end.map { Int64($0.timeIntervalSince1970) })
        }
    }

    /// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
    private func fromContainer() async throws -> S3Credentials? {
        let relative = value("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").map { "http://169.254.170.2\($0)" }
        guard let url = relative ?? value("AWS_CONTAINER_CREDENTIALS_FULL_URI") else { return nil }
        var token = value("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        if let file = value("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
            token = (try? String(contentsOfFile: file, encoding: .utf8))?.trimmingCharacters(
                in: .whitespacesAndNewlines)
        }
        let body = try await ask(.GET, url, token.map { ["authorization": $0] } ?? [:])
        return try JSONDecoder().decode(Answer.self, from: Data(buffer: body)).credentials
    }

    /// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
    private func fromMachine() async throws -> S3Credentials {
        let root = (value("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254") + "/latest/"
        let token = String(
            buffer: try await ask(.PUT, root + "api/token", ["x-aws-ec2-metadata-token-ttl-seconds": "21600"])
        )
        let headers = ["x-aws-ec2-metadata-token": token]
        let roles = root + "meta-data/iam/security-credentials/"
        let role =
            String(buffer: try await ask(.GET, roles, headers)).split(whereSeparator: \.isNewline).first ?? ""
        let body = try await ask(.GET, roles + role, headers)
        return try JSONDecoder().decode(Answer.self, from: Data(buffer: body)).credentials
    }

    private func ask(_ method: HTTPMethod, _ url: String, _ headers: [String: String]) async throws
        -> ByteBuffer
    {
        var request = HTTPClientRequest(url: url)
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        let response = try await client.execute(request, timeout: patience)
        guard response.status == .ok else { throw MediaError("\(url) answered \(response.status.code).") }
        return try await response.body.collect(upTo: 64 * 1024)
    }
}
