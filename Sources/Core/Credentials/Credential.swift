import Encodings

/// The signed-in member who makes a request, and the credential that the request has.
package struct Viewer: Sendable {
    package let summary: AccountSummary
    package let credential: Credential
    /// Whether this is the account that all visitors of a demo share.
    package var isDemo = false

    package var id: ID<Account> { summary.id }
    package var username: String { summary.username }
}

/// A session or token, as its owner sees it in a list.
package struct CredentialSummary: Sendable {
    package let credential: Credential
    /// The name of the browser or program.
    package let name: String
    /// Milliseconds since 1970.
    package let createdAt: Int64

    package var handle: String { credential.handle }
}

/// A session of a browser or a token of a program. Only the hash of its secret is stored.
package struct Credential: Sendable {
    package static let nameLimit = 100

    package enum Kind: String, Sendable {
        case session, token

        /// The lifetime in milliseconds, which starts at the last use of a session and at the creation of a
        /// token.
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

        /// The names of the scopes.
        package var names: [String] {
            (contains(.read) ? ["read"] : []) + (contains(.write) ? ["write"] : [])
        }

        /// Reads names of scopes, separated by spaces or commas. Returns nil if a name is unknown or there is
        /// none.
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

    /// The age of `usedAt`, in milliseconds, after which a request updates it, so that not every request
    /// writes.
    package static let usedAtPrecision: Int64 = 60 * 60 * 1000

    package let hash: [UInt8]
    package let kind: Kind
    package let scopes: Scopes
    /// Milliseconds since 1970.
    package let usedAt: Int64
    package let expiresAt: Int64
    /// When its owner last proved that they are present, in milliseconds since 1970; 0 if they did not.
    let provedAt: Int64

    /// Identifies the credential in URLs and lists. It is safe to show, because the hash does not sign
    /// anybody in.
    package var handle: String { Base64URL.encode(hash) }
}
