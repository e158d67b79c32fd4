import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// S3 credentials, with the names of the AWS tools.
struct S3Credentials: Sendable, Equatable {
    let accessKey: String
    let secretKey: String
    var sessionToken: String?
    /// The expiry in seconds since 1970, or nil if the credentials do not expire.
    var expiresAt: Int64?
}

/// Finds credentials where the AWS tools look for them: the environment, the credentials file, the container
/// endpoint and the instance metadata. Renews them before they expire
/// (https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html).
actor S3CredentialSource {
    /// Credentials are renewed this many seconds before they expire.
    private static let renewalMargin: Int64 = 300
    private let environment: [String: String]
    private let client: HTTPClient
    private let timeout: TimeAmount
    private let now: @Sendable () -> Int64
    private var cached: S3Credentials?
    private var pendingRequest: Task<S3Credentials, any Error>?

    /// - Parameter timeout: The timeout of each request. It is short, because most machines have no metadata
    ///   service.
    init(
        environment: [String: String], client: HTTPClient, timeout: TimeAmount = .seconds(2),
        now: @escaping @Sendable () -> Int64
    ) {
        self.environment = environment
        self.client = client
        self.timeout = timeout
        self.now = now
    }

    /// Returns valid credentials.
    /// - Throws: ``MediaError`` that names all places that were searched.
    func credentials() async throws -> S3Credentials {
        if let cached, cached.expiresAt.map({ $0 - Self.renewalMargin > now() }) ?? true { return cached }
        // Concurrent callers share one request.
        let task = pendingRequest ?? Task { try await find() }
        pendingRequest = task
        defer { pendingRequest = nil }
        let credentials = try await task.value
        cached = credentials
        return credentials
    }

    private func find() async throws -> S3Credentials {
        if let access = variable("AWS_ACCESS_KEY_ID"), let secret = variable("AWS_SECRET_ACCESS_KEY") {
            return S3Credentials(
                accessKey: access, secretKey: secret, sessionToken: variable("AWS_SESSION_TOKEN"))
        }
        if let found = fromFile() { return found }
        if let found = try await fromContainer() { return found }
        if variable("AWS_EC2_METADATA_DISABLED") != "true", let found = try? await fromInstanceMetadata() {
            return found
        }
        throw MediaError(
            """
            No S3 credentials found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. The profile \
            “\(profile)” in \(file), the container endpoint and the instance metadata were searched too.
            """)
    }

    private func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

    // MARK: - Credentials file

    private var profile: String { variable("AWS_PROFILE") ?? "default" }
    private var file: String {
        variable("AWS_SHARED_CREDENTIALS_FILE") ?? (variable("HOME") ?? "") + "/.aws/credentials"
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

    // MARK: - HTTP

    private struct CredentialsResponse: Decodable {
        let AccessKeyId: String
        let SecretAccessKey: String
        let Token: String?
        let Expiration: String?

        var credentials: S3Credentials {
            let expiry = Expiration.flatMap { try? Date($0, strategy: .iso8601) }
            return S3Credentials(
                accessKey: AccessKeyId, secretKey: SecretAccessKey, sessionToken: Token,
                expiresAt: expiry.map { Int64($0.timeIntervalSince1970) })
        }
    }

    /// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
    private func fromContainer() async throws -> S3Credentials? {
        let relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").map { "http://169.254.170.2\($0)" }
        guard let url = relative ?? variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") else { return nil }
        var token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        if let file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
            token = (try? String(contentsOfFile: file, encoding: .utf8))?.trimmingCharacters(
                in: .whitespacesAndNewlines)
        }
        let body = try await fetch(.GET, url, token.map { ["authorization": $0] } ?? [:])
        return try JSONDecoder().decode(CredentialsResponse.self, from: Data(buffer: body)).credentials
    }

    /// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
    private func fromInstanceMetadata() async throws -> S3Credentials {
        let root = (variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254") + "/latest/"
        let token = String(
            buffer: try await fetch(
                .PUT, root + "api/token", ["x-aws-ec2-metadata-token-ttl-seconds": "21600"])
        )
        let headers = ["x-aws-ec2-metadata-token": token]
        let roles = root + "meta-data/iam/security-credentials/"
        let role =
            String(buffer: try await fetch(.GET, roles, headers)).split(whereSeparator: \.isNewline).first
            ?? ""
        let body = try await fetch(.GET, roles + role, headers)
        return try JSONDecoder().decode(CredentialsResponse.self, from: Data(buffer: body)).credentials
    }

    private func fetch(_ method: HTTPMethod, _ url: String, _ headers: [String: String]) async throws
        -> ByteBuffer
    {
        var request = HTTPClientRequest(url: url)
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        let response = try await client.execute(request, timeout: timeout)
        guard response.status == .ok else {
            throw MediaError("\(url) responded with \(response.status.code).")
        }
        return try await response.body.collect(upTo: 64 * 1024)
    }
}
