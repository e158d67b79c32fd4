/// Who looks at a page or calls a route, and by which credential.
package struct Viewer: Sendable {
    package let summary: AccountSummary
    package let credential: Credential

    package var id: ID<Account> { summary.id }
    package var username: String { summary.username }
}

/// A session or token as its owner sees it in a list.
package struct IssuedCredential: Sendable {
    package let credential: Credential
    /// What the browser or program calls itself.
    package let name: String
    /// Milliseconds since 1970.
    package let createdAt: Int64

    package var handle: String { credential.handle }
}

/// A session of a browser or a token of a program: a secret that was given out and stands for an account.
package struct Credential: Sendable {
    package enum Kind: String, Sendable {
        case session, token

        /// How long it lasts, in milliseconds: a session after its last use, a token after it was made.
        package var lifetime: Int64 {
            let day: Int64 = 24 * 60 * 60 * 1000
            return switch self {
            case .session: 30 * day
            case .token: 365 * day
            }
        }
    }

    /// What a credential may do.
    package struct Scopes: OptionSet, Sendable {
        package let rawValue: Int64
        package static let read = Scopes(rawValue: 1)
        package static let write = Scopes(rawValue: 2)
        package static let all: Scopes = [.read, .write]

        package init(rawValue: Int64) { self.rawValue = rawValue }

        /// The scopes as people name them.
        package var names: [String] {
            (contains(.read) ? ["read"] : []) + (contains(.write) ? ["write"] : [])
        }

        /// Scopes as people name them, separated by spaces or commas; nil where one is unknown or none is named.
        package init?(names: String) {
            var scopes: Scopes = []
            for name in names.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
                switch name {
                case "read": scopes.insert(.read)
                case "write": scopes.insert(.write)
                default: return nil
                }
            }
            guard !scopes.isEmpty else { return nil }
            self = scopes
        }
    }

    /// How stale “last used” may be, in milliseconds, before it is written again: not at every request.
    package static let useGranularity: Int64 = 60 * 60 * 1000

    package let hash: [UInt8]
    package let kind: Kind
    package let scopes: Scopes
    /// Milliseconds since 1970.
    package let usedAt: Int64
    package let expiresAt: Int64

    /// Names it without standing for it: nobody gets in with the hash.
    package var handle: String { Base64URL.encode(hash) }
}
