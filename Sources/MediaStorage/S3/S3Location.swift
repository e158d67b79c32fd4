import Foundation

/// A bucket, its endpoint and its options, from a URL such as
/// `s3://photos/community?endpoint=https://minio.example.org&region=eu-1`.
package struct S3Location: Sendable, Equatable {
    let bucket: String
    /// The prefix of every key. Empty, or ends with `/`.
    let prefix: String
    let region: String
    /// The scheme, host and port of the endpoint.
    package let origin: String
    /// `/bucket` if URLs have the bucket in the path, or empty if they have it in the host name.
    let root: String
    /// The base of the URLs of photos, if a CDN or a public bucket serves them.
    package let publicURL: String?
    /// Whether requests for photos are redirected to presigned URLs of S3.
    package let redirects: Bool

    private static let options: Set = ["endpoint", "region", "style", "public", "serve"]

    /// - Throws: ``MediaError`` that says what is wrong with the URL.
    package init(_ url: String, environment: [String: String] = [:]) throws(MediaError) {
        guard let parts = URLComponents(string: url), parts.scheme == "s3", let bucket = parts.host,
            !bucket.isEmpty
        else {
            throw MediaError(
                "“\(url)” is not a valid S3 URL. Use s3://BUCKET?endpoint=https://HOST&region=REGION.")
        }
        guard parts.user == nil, parts.password == nil else {
            throw MediaError(
                """
                An S3 URL must not contain credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY \
                instead.
                """)
        }
        var options: [String: String] = [:]
        for item in parts.queryItems ?? [] {
            guard Self.options.contains(item.name), let value = item.value, !value.isEmpty else {
                let names = Self.options.sorted().joined(separator: ", ")
                throw MediaError("“\(item.name)” is not a valid S3 option. Options: \(names).")
            }
            options[item.name] = value
        }
        self.bucket = bucket
        let path = parts.path.split(separator: "/").joined(separator: "/")
        prefix = path.isEmpty ? "" : path + "/"
        region =
            options["region"] ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-east-1"
        let isAmazon = options["endpoint"] == nil
        let endpoint = options["endpoint"] ?? "https://s3.\(region).amazonaws.com"
        // Amazon expects the bucket in the host name. Most other services expect it in the path.
        let style = options["style"] ?? (isAmazon && !bucket.contains(".") ? "virtual" : "path")
        guard let (scheme, host) = Self.origin(endpoint) else {
            throw MediaError(
                "The endpoint “\(endpoint)” is not valid. Use a URL such as https://s3.example.org.")
        }
        switch style {
        case "virtual": (origin, root) = ("\(scheme)://\(bucket).\(host)", "")
        case "path": (origin, root) = ("\(scheme)://\(host)", "/\(bucket)")
        default: throw MediaError("“style” must be path or virtual, not “\(style)”.")
        }
        if let text = options["public"] {
            guard Self.origin(text, mayHavePath: true) != nil else {
                throw MediaError(
                    "The public URL “\(text)” is not valid. Use a URL such as https://cdn.example.org.")
            }
            publicURL = text.hasSuffix("/") ? String(text.dropLast()) : text
        } else {
            publicURL = nil
        }
        switch options["serve"] ?? "through" {
        case "through": redirects = false
        case "redirect": redirects = true
        case let other:
            throw MediaError("“serve” must be through or redirect, not “\(other)”.")
        }
    }

    private static func origin(_ text: String, mayHavePath: Bool = false) -> (scheme: String, host: String)? {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme,
            ["http", "https"].contains(scheme),
            let host = parts.host, !host.isEmpty, parts.query == nil,
            mayHavePath || ["", "/"].contains(parts.path)
        else { return nil }
        return (scheme, parts.port.map { "\(host):\($0)" } ?? host)
    }

    /// The other origin from which pages load photos: the origin of the public URL, or of S3 if requests are
    /// redirected.
    package var photoOrigin: String? {
        if let publicURL, let (scheme, host) = Self.origin(publicURL, mayHavePath: true) {
            return "\(scheme)://\(host)"
        }
        return redirects ? origin : nil
    }
}
