/// A rate limit: `count` events may happen in a burst, and `count` more spread evenly over each period of
/// `seconds`.
package struct RateLimit: Sendable, Equatable, CustomStringConvertible {
    package let count: Int
    package let seconds: Int

    package init(count: Int, seconds: Int) {
        self.count = count
        self.seconds = seconds
    }

    /// The limit as it is written in settings.
    package var description: String {
        if seconds % 3600 == 0 { return "\(count)/\(seconds / 3600)h" }
        return seconds % 60 == 0 ? "\(count)/\(seconds / 60)m" : "\(count)/\(seconds)s"
    }

    /// Parses a limit as it is written in settings: `10/5m`, with `s`, `m` or `h`, and a count from 1 to
    /// 1,000,000. Returns nil if the text is not a limit.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[0]), (1...1_000_000).contains(count),
            let unit = parts[1].last, let scale = ["s": 1, "m": 60, "h": 3600][unit],
            let number = parts[1].count == 1 ? 1 : Int(parts[1].dropLast()),
            (1...86_400).contains(number)
        else { return nil }
        self.init(count: count, seconds: number * scale)
    }
}

/// All rate limits of the site.
package struct RateLimits: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case signIn = "sign-in"
        case register, anonymous, session, token
        case photoFiles = "photo-files"
        case healthChecks = "health-checks"
        case uploads, posts, comments, likes, follows, searches, exports
        case newTokens = "new-tokens"
        case failedSignIns = "failed-sign-ins"
        case accountFailedSignIns = "account-failed-sign-ins"
        case wrongPasswords = "wrong-passwords"
        case wrongCodes = "wrong-codes"

        package var standard: RateLimit {
            switch self {
            case .signIn: RateLimit(count: 10, seconds: 300)
            case .register: RateLimit(count: 5, seconds: 1800)
            case .anonymous, .token: RateLimit(count: 300, seconds: 300)
            case .session: RateLimit(count: 1200, seconds: 300)
            case .photoFiles: RateLimit(count: 10_000, seconds: 300)
            case .healthChecks: RateLimit(count: 60, seconds: 60)
            case .uploads: RateLimit(count: 30, seconds: 1800)
            case .posts: RateLimit(count: 50, seconds: 3600)
            case .comments: RateLimit(count: 100, seconds: 3600)
            case .likes: RateLimit(count: 120, seconds: 3600)
            case .follows: RateLimit(count: 60, seconds: 3600)
            case .searches: RateLimit(count: 200, seconds: 300)
            case .exports: RateLimit(count: 5, seconds: 3600)
            case .newTokens: RateLimit(count: 20, seconds: 3600)
            case .failedSignIns: RateLimit(count: 25, seconds: 3600)
            case .accountFailedSignIns: RateLimit(count: 50, seconds: 3600)
            case .wrongPasswords: RateLimit(count: 10, seconds: 3600)
            case .wrongCodes: RateLimit(count: 5, seconds: 60)
            }
        }

        /// What is limited, for the help of the settings and for the API description.
        package var summary: String {
            switch self {
            case .signIn: "sign-ins from one address"
            case .register: "registrations from one address"
            case .anonymous: "requests by visitors from one address"
            case .session: "requests by one signed-in browser"
            case .token: "requests with one token"
            case .photoFiles: "photo files fetched from one address"
            case .healthChecks: "readiness checks from one address"
            case .uploads: "uploads by one account"
            case .posts: "posts by one account"
            case .comments: "comments by one account"
            case .likes: "likes by one account"
            case .follows: "follows by one account"
            case .searches: "searches by one account, or by visitors from one address"
            case .exports: "exports by one account"
            case .newTokens: "tokens created by one account"
            case .failedSignIns: "failed sign-ins to one account from one address"
            case .accountFailedSignIns: "failed sign-ins to one account from unknown browsers"
            case .wrongPasswords: "wrong passwords entered by one signed-in account"
            case .wrongCodes: "wrong codes of two-step verification entered for one account"
            }
        }

        /// The message for the person who reached the limit, without a full stop.
        var message: String {
            switch self {
            case .signIn: "Too many sign-ins"
            case .failedSignIns: "Too many failed sign-ins"
            case .accountFailedSignIns:
                "Too many failed sign-ins to this account. Use a browser that you signed in with before"
            case .wrongPasswords: "Too many wrong passwords"
            case .wrongCodes: "Too many wrong codes"
            case .register: "Too many registrations"
            case .anonymous, .session, .token, .photoFiles, .healthChecks: "Too many requests"
            case .uploads: "Too many uploads"
            case .posts: "Too many posts"
            case .comments: "Too many comments"
            case .likes: "Too many likes"
            case .follows: "Too many follows"
            case .searches: "Too many searches"
            case .exports: "Too many exports"
            case .newTokens: "Too many new tokens"
            }
        }
    }

    private var limits: [Kind: RateLimit]
    private let isOn: Bool

    /// The standard limits.
    package init() {
        limits = [:]
        isOn = true
    }

    private init(isOn: Bool) {
        limits = [:]
        self.isOn = isOn
    }

    /// No limits at all, for benchmarks and for a server behind a proxy that has its own limits.
    package static let off = RateLimits(isOn: false)

    package subscript(_ kind: Kind) -> RateLimit? {
        get { isOn ? limits[kind] ?? kind.standard : nil }
        set { limits[kind] = newValue }
    }
}
