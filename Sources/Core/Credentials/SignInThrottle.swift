/// Slows the guessing of passwords down, and ends it, without locking an account's owner out of the browsers that
/// they use.
struct SignInThrottle: Sendable {
    /// Failures that cost nothing.
    private static let free = 5

    let limiter: RateLimiter
    let signer: Signer

    /// Where a sign-in comes from, as a guess is counted.
    func client(of account: ID<Account>?, login: String, _ origin: SignInOrigin) -> (
        limits: [(RateLimits.Kind, String)], place: HashingQueue.Client
    ) {
        // Username and email of one account count together, and each name that nobody has for itself.
        let subject = account?.description ?? "?\(login)"
        if let account, let browser = origin.browser, browser.knows(account, signer: signer) {
            let place = HashingQueue.Client(account: subject, isKnown: true)
            return ([(.failedSignIns, "\(subject) \(browser.name)")], place)
        }
        let limits: [(RateLimits.Kind, String)] = [
            (.failedSignIns, "\(subject) \(origin.client)"), (.accountFailedSignIns, subject),
        ]
        return (limits, HashingQueue.Client(account: subject, isKnown: false))
    }

    /// Runs `check`, and counts it where it finds a password to be wrong. A guess is counted before it is checked
    /// and given back where it was none, so that of many guesses at once none escapes the count.
    func counting(_ limits: [(RateLimits.Kind, String)], _ check: () async throws -> Bool) async throws
        -> Bool
    {
        let failures = limits.first.map { limiter.count($0.0, $0.1) } ?? 0
        var taken: [(RateLimits.Kind, String)] = []
        var isWrong = false
        defer { if !isWrong { for (kind, key) in taken { limiter.giveBack(kind, key) } } }
        for (kind, key) in limits {
            try limiter.take(kind, key)
            taken.append((kind, key))
        }
        if failures > Self.free {
            try await Task.sleep(for: .milliseconds(min(5000, 250 * (failures - Self.free))))
        }
        isWrong = try await !check()
        return !isWrong
    }
}

/// Where a sign-in comes from.
package struct SignInOrigin: Sendable {
    /// What tells one client from another: its address.
    let client: String
    /// What the browser kept of earlier sign-ins.
    let browser: KnownBrowser?

    package init(client: String, browser: KnownBrowser? = nil) {
        self.client = client
        self.browser = browser
    }
}
