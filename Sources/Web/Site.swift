import Core
import Foundation

/// Who holds photos besides the site itself.
package struct MediaHosts: Sendable {
    package static let none = MediaHosts()
    /// What addresses of photos begin with where another host serves them to everybody, without a slash at the end.
    package var publicURL: String?
    /// The scheme and host that a page fetches photos from.
    package var photos: String?
    /// The scheme and host that a page sends photos to.
    package var uploads: String?

    package init(publicURL: String? = nil, photos: String? = nil, uploads: String? = nil) {
        self.publicURL = publicURL
        self.photos = photos
        self.uploads = uploads
    }
}

/// Where the site stands, and the addresses of what is on it: one list for routes and links alike.
package struct Site: Sendable {
    /// What addresses outside a page begin with, without a slash at the end: `https://photos.example.org`.
    package let baseURL: String

    /// What addresses of photos begin with on a page: `/media/`, or where else everybody may fetch them.
    package let mediaRoot: String
    /// The same outside a page.
    private let absoluteMediaRoot: String
    package let mediaHosts: MediaHosts

    /// - Returns: nil where the text is no `http:` or `https:` origin.
    package init?(baseURL: String, mediaHosts: MediaHosts = .none) {
        let trimmed = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        guard let colon = trimmed.firstRange(of: "://"),
            ["http", "https"].contains(trimmed[..<colon.lowerBound]),
            !trimmed[colon.upperBound...].isEmpty, !trimmed[colon.upperBound...].contains("/")
        else { return nil }
        self.baseURL = trimmed
        mediaRoot = mediaHosts.publicURL.map { $0 + "/" } ?? "/media/"
        absoluteMediaRoot = mediaHosts.publicURL == nil ? trimmed + mediaRoot : mediaRoot
        self.mediaHosts = mediaHosts
    }

    /// Whether browsers reach the site over HTTPS; cookies and headers follow it.
    package var isSecure: Bool { baseURL.hasPrefix("https:") }

    /// The origin that a browser sends with this site's own forms.
    package var origin: String { baseURL }

    package static func post(_ id: ID<Post>) -> String { "/p/" + id.code }
    package static func tag(_ tag: String) -> String {
        "/tags/" + (tag.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
    }
    package static func profile(_ username: String) -> String { "/" + username }
    /// The address of a photo file on a page.
    package func media(_ key: String) -> String { mediaRoot + key }
    /// The same outside a page.
    package func absoluteMedia(_ key: String) -> String { absoluteMediaRoot + key }

    /// The address of a photo file outside a page, written in one go: a feed in JSON has a hundred of them.
    package func address(of rendition: Photo.Rendition, of photo: Photo) -> String {
        var address = ""
        address.reserveCapacity(absoluteMediaRoot.utf8.count + photo.files.utf8.count + 10)
        address += absoluteMediaRoot
        photo.appendKey(of: rendition, to: &address)
        return address
    }

    package func absolute(_ path: String) -> String { baseURL + path }
}
