/// Delays repeated wrong passwords and then rejects further attempts, without locking the owner of an account
/// out of browsers that they used before.
struct SignInThrottle: Sendable {
    /// The number of failures without a delay.
    private static let failuresWithoutDelay = 5

    let limiter: RateLimiter
    let signer: Signer

    /// Returns the rate limits that a sign-in counts against, with their keys, and its client in the hashing
    /// queue.
    func attempt(on account: ID<Account>?, login: String, from origin: SignInOrigin) -> (
        limits: [(RateLimits.Kind, String)], client: HashingQueue.Client
    ) {
        // The username and the email of an account count together. An unknown login has a count of its own.
        let subject = account?.description ?? "?\(login)"
        if let account, let browser = origin.browser, browser.knows(account, signer: signer) {
            let client = HashingQueue.Client(account: subject, isKnown: true)
            return ([(.failedSignIns, "\(subject) \(browser.name)")], client)
        }
        let limits: [(RateLimits.Kind, String)] = [
            (.failedSignIns, "\(subject) \(origin.client)"), (.accountFailedSignIns, subject),
        ]
        return (limits, HashingQueue.Client(account: subject, isKnown: false))
    }

    /// Runs `check`, and counts it if the password is wrong. An attempt is counted before the check, and
    /// the count is undone if the password was correct or the check failed. So concurrent attempts cannot
    /// exceed the limits.
    func counting(_ limits: [(RateLimits.Kind, String)], _ check: () async throws -> Bool) async throws
        -> Bool
    {
        let failures = limits.first.map { limiter.count($0.0, $0.1) } ?? 0
        var counted: [(RateLimits.Kind, String)] = []
        var isWrong = false
        defer { if !isWrong { for (kind, key) in counted { limiter.refund(kind, key) } } }
        for (kind, key) in limits {
            try limiter.take(kind, key)
            counted.append((kind, key))
        }
        if failures > Self.failuresWithoutDelay {
            let delay = min(5000, 250 * (failures - Self.failuresWithoutDelay))
            try await Task.sleep(for: .milliseconds(delay))
        }
        isWrong = try await !check()
        return !isWrong
    }
}

/// The origin of a sign-in.
package struct SignInOrigin: Sendable {
    /// The rate limit key of the client, which is made from its address.
    let client: String
    /// The browser's cookie about earlier sign-ins.
    let browser: KnownBrowser?

    package init(client: String, browser: KnownBrowser? = nil) {
        self.client = client
        self.browser = browser
    }
}
