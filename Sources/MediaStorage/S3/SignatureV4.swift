import Crypto
import Encodings
import Foundation

/// Signs requests to S3 with AWS Signature Version 4
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html).
struct SignatureV4: Sendable {
    static let algorithm = "AWS4-HMAC-SHA256"
    static let unsignedPayload = "UNSIGNED-PAYLOAD"

    let credentials: S3Credentials
    let region: String
    /// Seconds since 1970.
    let time: Int64

    /// The parts of a request that are signed. Header names are in lower case.
    struct Request: Sendable {
        var method: String
        /// The path, not percent-encoded. Begins with `/`.
        var path: String
        /// The query, not percent-encoded.
        var query: [(name: String, value: String)] = []
        var headers: [String: String]
        /// The SHA-256 of the body in hexadecimal digits, or ``unsignedPayload``.
        var payloadHash: String
    }

    /// Returns the headers of the request, including those that authenticate it.
    func signedHeaders(_ request: Request) -> [String: String] {
        var request = request
        request.headers["x-amz-date"] = dateTime
        request.headers["x-amz-content-sha256"] = request.payloadHash
        if let token = credentials.sessionToken { request.headers["x-amz-security-token"] = token }
        let names = request.headers.keys.sorted().joined(separator: ";")
        request.headers["authorization"] =
            "\(Self.algorithm) Credential=\(credentials.accessKey)/\(scope)"
            + ",SignedHeaders=\(names),Signature=\(signature(request))"
        return request.headers
    }

    /// Returns the query of a URL that anyone can use for the given number of seconds.
    func presignedQuery(_ request: Request, expiresIn seconds: Int) -> String {
        var request = request
        request.query += [
            ("X-Amz-Algorithm", Self.algorithm), ("X-Amz-Credential", "\(credentials.accessKey)/\(scope)"),
            ("X-Amz-Date", dateTime), ("X-Amz-Expires", String(seconds)),
            ("X-Amz-SignedHeaders", request.headers.keys.sorted().joined(separator: ";")),
        ]
        if let token = credentials.sessionToken { request.query.append(("X-Amz-Security-Token", token)) }
        request.query.append(("X-Amz-Signature", signature(request)))
        return Self.encoded(request.query)
    }

    /// Returns the fields of a form with which a browser can upload a file
    /// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html).
    /// - Parameters:
    ///   - exact: Fields that must have exactly these values.
    ///   - byteCount: The allowed size of the file.
    func form(
        bucket: String, exact: [String: String], byteCount: ClosedRange<Int64>, expiresAt: Int64
    ) -> [String: String] {
        var fields = exact
        fields["x-amz-algorithm"] = Self.algorithm
        fields["x-amz-credential"] = "\(credentials.accessKey)/\(scope)"
        fields["x-amz-date"] = dateTime
        if let token = credentials.sessionToken { fields["x-amz-security-token"] = token }
        let conditions =
            [
                #"{"bucket":\#(Self.json(bucket))}"#,
                #"["content-length-range",\#(byteCount.lowerBound),\#(byteCount.upperBound)]"#,
            ]
            + fields.sorted { $0.key < $1.key }.map { "{\(Self.json($0.key)):\(Self.json($0.value))}" }
        let date = Self.format(expiresAt, "%04d-%02d-%02dT%02d:%02d:%02d.000Z")
        let policy = #"{"expiration":"\#(date)","conditions":[\#(conditions.joined(separator: ","))]}"#
        let encoded = Data(policy.utf8).base64EncodedString()
        fields["policy"] = encoded
        fields["x-amz-signature"] = Self.hmac(encoded, key: signingKey).hexadecimal
        return fields
    }

    // MARK: - Parts

    var dateTime: String { Self.format(time, "%04d%02d%02dT%02d%02d%02dZ") }
    private var date: String { String(dateTime.prefix(8)) }
    private var scope: String { "\(date)/\(region)/s3/aws4_request" }

    private var signingKey: SymmetricKey {
        [date, region, "s3", "aws4_request"].reduce(
            SymmetricKey(data: Data("AWS4\(credentials.secretKey)".utf8))
        ) { key, part in
            SymmetricKey(data: Self.hmac(part, key: key))
        }
    }

    private func signature(_ request: Request) -> String {
        let headers = request.headers.sorted { $0.key < $1.key }
        let canonical = [
            request.method, Self.encoded(path: request.path), Self.encoded(request.query),
            headers.map { "\($0.key):\(Self.trimmed($0.value))\n" }.joined(),
            headers.map(\.key).joined(separator: ";"),
            request.payloadHash,
        ].joined(separator: "\n")
        let stringToSign = [Self.algorithm, dateTime, scope, Self.sha256(canonical.utf8)].joined(
            separator: "\n")
        return Self.hmac(stringToSign, key: signingKey).hexadecimal
    }

    static func encoded(path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).map { encoded($0) }.joined(
            separator: "/")
    }

    static func encoded(_ query: [(name: String, value: String)]) -> String {
        query.map { (encoded($0.name), encoded($0.value)) }.sorted { $0 < $1 }.map { "\($0)=\($1)" }.joined(
            separator: "&")
    }

    /// Percent-encodes every byte except the unreserved characters of RFC 3986.
    static func encoded(_ text: some StringProtocol) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "%" + byte.hexadecimal(length: 2).uppercased()
            }
        }
        return result
    }

    static func sha256(_ bytes: some Sequence<UInt8>) -> String {
        SHA256.hash(data: Array(bytes)).hexadecimal
    }

    private static func hmac(_ text: String, key: SymmetricKey) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key))
    }

    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ").joined(separator: " ")
    }

    private static func json(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    private static func format(_ time: Int64, _ pattern: String) -> String {
        var seconds = time_t(time)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return String(
            format: pattern, parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
            parts.tm_min, parts.tm_sec)
    }
}
