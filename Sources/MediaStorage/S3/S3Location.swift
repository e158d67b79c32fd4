import Foundation

/// Which bucket, where, and how it is spoken to: an address like
/// `s3://photos/community?endpoint=https://minio.example.org&region=eu-1`.
package struct S3Location: Sendable, Equatable {
    let bucket: String
    /// Before every key; empty, or ends with `/`.
    let prefix: String
    let region: String
    /// Scheme, host and port that requests go to.
    package let origin: String
    /// `/bucket` where the bucket stands in the path and not in the host's name.
    let root: String
    /// What addresses of photos begin with, where a CDN or the bucket itself serves them to everybody.
    package let publicURL: String?
    /// Whether who asks the program for a photo is sent to S3, with an address good for a while.
    package let redirects: Bool

    private static let options: Set = ["endpoint", "region", "style", "public", "serve"]

    /// - Throws: ``MediaError`` that says what is wrong with the address.
    package init(_ url: String, environment: [String: String] = [:]) throws(MediaError) {
        guard let parts = URLComponents(string: url), parts.scheme == "s3", let bucket = parts.host,
            !bucket.isEmpty
        else {
            throw MediaError("“\(url)” is not like s3://BUCKET?endpoint=https://HOST&region=REGION.")
        }
        guard parts.user == nil, parts.password == nil else {
            throw MediaError(
                "An address of S3 holds no key: put it in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
        }
        var options: [String: String] = [:]
        for item in parts.queryItems ?? [] {
            guard Self.options.contains(item.name), let value = item.value, !value.isEmpty else {
                throw MediaError(
                    "“\(item.name)” is no option of S3. There are: \(Self.options.sorted().joined(separator: ", "))."
                )
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
        // The bucket in the host's name is Amazon's way; most others know the path.
        let style = options["style"] ?? (isAmazon && !bucket.contains(".") ? "virtual" : "path")
        guard let (scheme, host) = Self.origin(endpoint) else {
            throw MediaError("The endpoint “\(endpoint)” is not like https://s3.example.org.")
        }
        switch style {
        case "virtual": (origin, root) = ("\(scheme)://\(bucket).\(host)", "")
        case "path": (origin, root) = ("\(scheme)://\(host)", "/\(bucket)")
        default: throw MediaError("The style of addresses is path or virtual, not “\(style)”.")
        }
        if let text = options["public"] {
            guard Self.origin(text, mayHavePath: true) != nil else {
                throw MediaError("The public address “\(text)” is not like https://cdn.example.org.")
            }
            publicURL = text.hasSuffix("/") ? String(text.dropLast()) : text
        } else {
            publicURL = nil
        }
        switch options["serve"] ?? "through" {
        case "through": redirects = false
        case "redirect": redirects = true
        case let other:
            throw MediaError("Photos are served “through” the program or by “redirect”, not “\(other)”.")
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

    /// Whose photos a page may show besides its own: the scheme and host of the public address, or of S3 itself.
    package var foreignOrigin: String? {
        if let publicURL, let (scheme, host) = Self.origin(publicURL, mayHavePath: true) {
            return "\(scheme)://\(host)"
        }
        return redirects ? origin : nil
    }
}
