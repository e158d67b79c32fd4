import Core
import Foundation

/// Where the site stands, and the addresses of what is on it: one list for routes and links alike.
package struct Site: Sendable {
    /// What addresses outside a page begin with, without a slash at the end: `https://photos.example.org`.
    package let baseURL: String

    /// - Returns: nil where the text is no `http:` or `https:` origin.
    package init?(baseURL: String) {
        let trimmed = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        guard let colon = trimmed.firstRange(of: "://"), ["http", "https"].contains(trimmed[..<colon.lowerBound]),
            !trimmed[colon.upperBound...].isEmpty, !trimmed[colon.upperBound...].contains("/")
        else { return nil }
        self.baseURL = trimmed
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
    package static let mediaRoot = "/media/"
    package static func media(_ key: String) -> String { mediaRoot + key }

    /// The address of a photo file outside a page, written in one go: a feed in JSON has a hundred of them.
    package func address(of rendition: Photo.Rendition, of photo: Photo) -> String {
        var address = ""
        address.reserveCapacity(baseURL.utf8.count + Self.mediaRoot.utf8.count + photo.files.utf8.count + 10)
        address += baseURL
        address += Self.mediaRoot
        photo.appendKey(of: rendition, to: &address)
        return address
    }

    package func absolute(_ path: String) -> String { baseURL + path }
}
