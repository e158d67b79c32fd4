import Core
import Foundation

/// The other hosts that serve or receive photos.
package struct MediaHosts: Sendable {
    package static let none = MediaHosts()
    /// The beginning of photo URLs, without a slash at the end, if another host serves photos publicly.
    package var publicURL: String?
    /// The origin from which a page loads photos.
    package var photos: String?
    /// The origin to which a page uploads photos.
    package var uploads: String?

    package init(publicURL: String? = nil, photos: String? = nil, uploads: String? = nil) {
        self.publicURL = publicURL
        self.photos = photos
        self.uploads = uploads
    }
}

/// What the header `Strict-Transport-Security` (HSTS, RFC 6797) of a site with HTTPS says.
package enum TransportSecurity: String, Sendable, CaseIterable {
    /// Browsers use HTTPS for the host of the site. Other hosts of its domain may have no HTTPS.
    case on
    /// Browsers use HTTPS for the host of the site and all hosts below it.
    case subdomains
    /// No header, for example because a proxy adds its own.
    case off

    var header: String? {
        switch self {
        case .on: "max-age=31536000"
        case .subdomains: "max-age=31536000; includeSubDomains"
        case .off: nil
        }
    }
}

/// The origin of the site, and the URLs on it. Routes and links both use them.
package struct Site: Sendable {
    /// The beginning of absolute URLs, without a slash at the end: `https://photos.example.org`.
    package let baseURL: String

    /// The beginning of photo URLs on a page: `/media/`, or the public URL of another host.
    package let mediaRoot: String
    /// The beginning of absolute photo URLs.
    private let absoluteMediaRoot: String
    package let mediaHosts: MediaHosts
    package let transportSecurity: TransportSecurity

    /// - Returns: nil if the text is not an `http:` or `https:` origin.
    package init?(
        baseURL: String, mediaHosts: MediaHosts = .none, transportSecurity: TransportSecurity = .on
    ) {
        let trimmed = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        guard let colon = trimmed.firstRange(of: "://"),
            ["http", "https"].contains(trimmed[..<colon.lowerBound]),
            RequestValidator.isHost(trimmed[colon.upperBound...])
        else { return nil }
        self.baseURL = trimmed
        mediaRoot = mediaHosts.publicURL.map { $0 + "/" } ?? "/media/"
        absoluteMediaRoot = mediaHosts.publicURL == nil ? trimmed + mediaRoot : mediaRoot
        self.mediaHosts = mediaHosts
        self.transportSecurity = transportSecurity
    }

    /// Whether browsers use the site over HTTPS. Cookies and headers depend on it.
    package var isSecure: Bool { baseURL.hasPrefix("https:") }

    /// The host of the site, with its port if it is not the usual one.
    package var host: String { String(baseURL.drop { $0 != "/" }.dropFirst(2)) }

    /// The name by which authenticator apps list the site.
    package var issuer: String { "Isntgram (\(host))" }

    /// The origin that a browser sends with this site's own forms.
    package var origin: String { baseURL }

    package static func post(_ id: ID<Post>) -> String { "/p/" + id.code }
    package static func tag(_ tag: String) -> String {
        "/tags/" + (tag.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
    }
    package static func profile(_ username: String) -> String { "/" + username }
    /// The URL of a photo file, for a page.
    package func media(_ key: String) -> String { mediaRoot + key }
    /// The absolute URL of a photo file.
    package func absoluteMedia(_ key: String) -> String { absoluteMediaRoot + key }

    /// The absolute URL of a rendition. It is built with one allocation, because a feed in JSON has a hundred
    /// of them.
    package func url(of rendition: Photo.Rendition, of photo: Photo) -> String {
        var url = ""
        url.reserveCapacity(absoluteMediaRoot.utf8.count + photo.files.utf8.count + 10)
        url += absoluteMediaRoot
        photo.appendKey(of: rendition, to: &url)
        return url
    }

    package func absolute(_ path: String) -> String { baseURL + path }
}
