/// The validation of usernames: 1–30 characters of `a–z 0–9 . _`, in lower case, not a path that the site
/// itself uses. A name neither begins nor ends with a full stop, and has no two in a row, because a full stop
/// after a mention belongs to the sentence. Accounts that are older than this rule keep their names.
package enum Username {
    package static let maximumLength = 30

    /// Reserved names: all current and planned first path segments of the site, and names that look official.
    package static let reserved: Set<String> = [
        "about", "account", "accounts", "admin", "administrator", "api", "assets", "auth", "comments",
        "create", "demo", "direct", "events", "explore", "favicon.ico", "favicon.svg", "feed",
        "follow-requests", "help",
        "home", "inbox", "invite", "isntgram", "livez", "login", "logout", "manifest.webmanifest", "me",
        "media", "moderation",
        "nodeinfo", "notifications", "oauth", "oembed", "offline", "p", "password", "posts", "privacy",
        "profile", "readyz", "register", "reports", "robots.txt", "root", "saved", "search", "security",
        "service-worker.js", "settings", "stories", "styleguide", "suggestions", "support", "system", "tags",
        "terms", "uploads",
        "users", ".well-known",
    ]

    /// The username as it is stored: in lower case, without the `@` that people type before it.
    package static func normalized(_ typed: String) -> String {
        let lower = typed.lowercased().trimmed.withoutNUL
        return lower.hasPrefix("@") ? String(lower.dropFirst()) : lower
    }

    /// Returns why a normalized username cannot be chosen; nil if it can.
    package static func fault(in username: String) -> String? {
        guard !username.isEmpty else { return "Choose a username." }
        guard username.count <= maximumLength else {
            return "A username must have at most \(maximumLength) characters; you entered \(username.count)."
        }
        guard username.utf8.allSatisfy(isAllowed) else {
            return "A username must contain only the letters a–z, digits, “.” and “_”."
        }
        guard username.utf8.contains(where: { $0 != UInt8(ascii: ".") }) else {
            return "A username must contain a letter, a digit or “_”."
        }
        guard !username.hasPrefix("."), !username.hasSuffix("."), !username.contains("..") else {
            return "A username must not begin or end with a full stop, or contain two in a row."
        }
        guard !reserved.contains(username) else {
            return "Username “\(username)” is reserved; choose another."
        }
        return nil
    }

    /// Whether an account can have this normalized username, perhaps since before the rule about full stops.
    package static func isPossible(_ username: String) -> Bool {
        (1...maximumLength).contains(username.utf8.count) && username.utf8.allSatisfy(isAllowed)
            && !reserved.contains(username)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }
}
