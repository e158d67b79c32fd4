import Crypto
import Encodings
import Storage

/// A key that a client chooses for a request that makes something. A request that is sent again with the same
/// key within an hour makes nothing new and has the result of the first one. So a client can repeat a request
/// whose response it did not get, and a form that is sent twice makes one post.
package struct RequestKey: Sendable, Equatable {
    static let lifetime: Int64 = 60 * 60 * 1000

    let text: String

    /// - Throws: ``Problem`` of kind `unreadable` if the key is not 1–255 visible ASCII characters.
    package init(_ text: String) throws(Problem) {
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Problem(
                .unreadable, field: "Idempotency-Key",
                "An idempotency key must have 1–255 visible ASCII characters, such as a UUID.")
        }
        self.text = text
    }

    /// The key of a form. Another text in the same form is another request, because people go back to a form
    /// to write something else.
    package init(form key: String, contents: [String]) throws(Problem) {
        let key = try RequestKey(key)
        self.init(valid: "form-" + Self.fingerprint([key.text] + contents))
    }

    private init(valid text: String) { self.text = text }

    static func fingerprint(_ contents: [String]) -> String {
        // Lengths separate the parts, so that different parts cannot add up to the same text.
        let text = contents.map { "\($0.utf8.count):\($0)" }.joined()
        return SHA256.hash(data: Array(text.utf8)).hexadecimal
    }
}

/// A request with a key, as a rule handles it.
struct KeyedRequest: Sendable {
    let key: RequestKey
    let account: ID<Account>
    /// What the request makes, and for what: the same key may be used for a post and a comment.
    let purpose: String
    /// The hash of what the request contains.
    let fingerprint: String

    /// Returns nil if the client sent no key.
    init?(_ key: RequestKey?, by viewer: Viewer, to purpose: String, contents: [String]) {
        self.init(key, by: viewer.id, to: purpose, contents: contents)
    }

    init?(_ key: RequestKey?, by account: ID<Account>, to purpose: String, contents: [String]) {
        guard let key else { return nil }
        self.key = key
        self.account = account
        self.purpose = purpose
        fingerprint = RequestKey.fingerprint(contents)
    }

    /// Thrown in a transaction if the same request was completed meanwhile.
    struct Completed: Error {}

    /// Returns the id of what the same request made before; nil if it has not been completed.
    /// - Throws: ``Problem``: `invalid` if the key was used for a different request.
    func result(at time: Int64, in connection: any Connection) throws -> Int64? {
        let found = try connection.row(
            """
            SELECT result, fingerprint FROM request_keys
            WHERE account_id = \(account) AND purpose = \(purpose) AND key = \(key.text)
            AND created_at > \(time - RequestKey.lifetime)
            """
        ) { (result: $0.int(), fingerprint: $0.text()) }
        guard let found else { return nil }
        guard found.fingerprint == fingerprint else {
            throw Problem(
                .invalid, field: "Idempotency-Key",
                "This idempotency key was already used for a different request. Use a new key.")
        }
        return found.result
    }

    /// Records what the request made, in the transaction that makes it.
    /// - Throws: ``Completed`` if the same request was completed meanwhile.
    func record(_ result: Int64, at time: Int64, in connection: any Connection) throws {
        try connection.run(
            """
            DELETE FROM request_keys WHERE account_id = \(account) AND purpose = \(purpose)
            AND key = \(key.text) AND created_at <= \(time - RequestKey.lifetime)
            """)
        let added = try connection.run(
            """
            INSERT INTO request_keys (account_id, purpose, key, fingerprint, result, created_at)
            VALUES (\(account), \(purpose), \(key.text), \(fingerprint), \(result), \(time))
            ON CONFLICT DO NOTHING
            """)
        guard added == 1 else { throw Completed() }
    }

    static func removeExpired(at time: Int64, in connection: any Connection) throws {
        try connection.run("DELETE FROM request_keys WHERE created_at <= \(time - RequestKey.lifetime)")
    }
}

extension KeyedRequest? {
    /// Makes something once: returns what the same request made before, or else what `make` makes.
    /// - Parameters:
    ///   - find: reads what was made before.
    ///   - make: makes it, and records it in the same transaction.
    func once<Result: Sendable>(
        at time: Int64, in storage: any Storage,
        find: @escaping @Sendable (Int64, any Connection) throws -> Result,
        make: () async throws -> Result
    ) async throws -> Result {
        guard let request = self else { return try await make() }
        let known: @Sendable () async throws -> Result? = {
            try await storage.read { connection in
                try request.result(at: time, in: connection).map { try find($0, connection) }
            }
        }
        if let result = try await known() { return result }
        do {
            return try await make()
        } catch is KeyedRequest.Completed {
            guard let result = try await known() else { throw Problem.busy }
            return result
        }
    }
}
