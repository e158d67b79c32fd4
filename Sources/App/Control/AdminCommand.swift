import Core
import Foundation
import Web

/// A command from the administrator. The running server receives it over a socket in the data directory and
/// runs it. If no server is running, the process that was started for the command runs it.
enum AdminCommand: Codable, Sendable {
    case createUser(username: String, email: String, fullName: String, password: String)
    case listUsers
    case setPassword(username: String, password: String)
    case deleteUser(username: String)
    case listSessions(username: String)
    case endSessions(username: String)
    case disableTwoFactor(username: String)
    case createToken(username: String, scopes: String, name: String)
    case revokeToken(String)
    case revokeTokens(username: String)
    case createInvite(uses: Int, days: Int)
    case maintain(removeStrays: Bool)
    case adoptMedia
    case listJobs
    case retryJob(id: String)
    case dropJob(id: String)

    /// The latest time that is shown: the end of the year 9999, in milliseconds since 1970.
    private static let maxTime: Int64 = 253_402_300_799_999

    /// Whether no jobs may run after the command: it lists or drops the jobs that are waiting.
    var leavesJobsWaiting: Bool {
        switch self {
        case .listJobs, .dropJob: true
        default: false
        }
    }

    /// The result of a command.
    struct Outcome: Codable, Sendable {
        /// The lines to print.
        var lines: [String] = []
        /// Why the command, or a part of it, was refused or failed; nil if it succeeded.
        var refusal: String?
    }

    /// Runs the command.
    /// - Parameter report: receives a description of each step of a long command when the step starts.
    func outcome(in community: Community, report: @escaping @Sendable (String) -> Void = { _ in }) async
        -> Outcome
    {
        do {
            if case .maintain(let movesManyStrays) = self {
                let report = try await community.maintenance.run(
                    evenIfManyStrays: movesManyStrays, report: report)
                return Outcome(lines: report.lines.map { "\($0.count)\t\($0.name)" }, refusal: report.refusal)
            }
            return Outcome(lines: try await run(in: community))
        } catch let problem as Problem {
            let messages = problem.fields.map { "\($0.field): \($0.message)" }
            return Outcome(refusal: messages.isEmpty ? problem.detail : messages.joined(separator: "\n"))
        } catch {
            return Outcome(refusal: "\(error)")
        }
    }

    private func run(in community: Community) async throws -> [String] {
        let accounts = community.accounts
        let credentials = community.credentials
        switch self {
        case .createUser(let username, let email, let fullName, let password):
            let account = try await accounts.create(
                Registration(email: email, fullName: fullName, username: username, password: password))
            return ["Created the account \(account.username)."]
        case .listUsers:
            return try await accounts.all().map { account in
                let posts = Self.count(account.postsCount, "post")
                let followers = Self.count(account.followerCount, "follower")
                return "\(account.username)\t\(account.fullName)\t\(posts)\t\(followers)"
            }
        case .setPassword(let username, let password):
            let account = try await accounts.find(username: username)
            try await accounts.setPassword(password, of: account.summary)
            return ["Set the password of \(account.username). All sessions and tokens have ended."]
        case .deleteUser(let username):
            let account = try await accounts.find(username: username)
            try await accounts.delete(account.summary)
            return ["Deleted \(account.username) with \(Self.count(account.postsCount, "post"))."]
        case .listSessions(let username):
            let account = try await accounts.find(username: username)
            return try await credentials.all(of: account).map { summary in
                let times = [summary.createdAt, summary.credential.usedAt].map { Timestamp($0).rfc3339 }
                return ([summary.credential.kind.rawValue, summary.name] + times).joined(separator: "\t")
            }
        case .endSessions(let username):
            let account = try await accounts.find(username: username)
            let count = try await credentials.endAll(of: account)
            return ["Ended \(Self.count(count, "session or token", plural: "sessions and tokens"))."]
        case .disableTwoFactor(let username):
            let account = try await accounts.find(username: username)
            let wasOn = try await community.secondFactors.turnOff(of: account)
            return [
                "Two-step verification of \(account.username) \(wasOn ? "is off now" : "was off already")."
            ]
        case .createToken(let username, let names, let name):
            guard let scopes = Credential.Scopes(names: names) else {
                throw Problem(.invalid, "“\(names)” is not valid: the scopes are read and write.")
            }
            let account = try await accounts.find(username: username)
            return [try await credentials.issue(.token, to: account, scopes: scopes, name: name).secret.text]
        case .revokeToken(let text):
            guard try await credentials.revoke(Secret(text)) else { throw Problem.notFound("token") }
            return ["Revoked the token."]
        case .revokeTokens(let username):
            let account = try await accounts.find(username: username)
            let revoked = try await credentials.revokeTokens(of: account)
            return ["Revoked \(Self.count(revoked, "token")) of \(account.username)."]
        case .createInvite(let uses, let days):
            return [try await community.invites.create(uses: uses, days: days).text]
        case .maintain: return []
        case .adoptMedia:
            let refusal = try await community.maintenance.adoptMedia()
            return ["The photos now belong to this community."] + (refusal.map { [$0] } ?? [])
        case .listJobs: return try await community.jobs.all().map(Self.line)
        case .retryJob(let text):
            try await community.jobs.retry(Self.jobID(text))
            return ["The job will run now."]
        case .dropJob(let text):
            try await community.jobs.drop(Self.jobID(text))
            return ["Dropped the job."]
        }
    }

    private static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
    }

    private static func jobID(_ text: String) throws -> ID<WaitingJob> {
        guard let id = ID<WaitingJob>(text) else {
            throw Problem(.invalid, "“\(text)” is not a job id. See “isntgram jobs list”.")
        }
        return id
    }

    private static func line(_ job: WaitingJob) -> String {
        let (state, time) =
            if let givenUpAt = job.givenUpAt {
                ("given up", givenUpAt)
            } else {
                (job.isRunning ? "running" : job.attempts > 0 ? "failing" : "waiting", job.runAt)
            }
        let timestamp = Timestamp(min(max(time, 0), Self.maxTime)).rfc3339
        return "\(job.id)\t\(job.kind)\t\(state)\t\(job.attempts)\t\(timestamp)\t\(job.lastError)"
    }
}
