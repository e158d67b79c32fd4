import Core
import Foundation
import Web

/// What whoever runs the server can have done to it. It goes to the running server over a socket in the data folder,
/// or, where none runs, is done in the process that was started for it.
enum AdminCommand: Codable, Sendable {
    case createUser(username: String, email: String, fullName: String, password: String)
    case listUsers
    case setPassword(username: String, password: String)
    case deleteUser(username: String)
    case createToken(username: String, scopes: String, name: String)
    case revokeToken(String)
    case revokeTokens(username: String)
    case createInvite(uses: Int, days: Int)
    case maintain(removeStrays: Bool)
    case adoptMedia
    case listJobs
    case retryJob(id: String)
    case dropJob(id: String)

    /// The end of the year 9999, in milliseconds since 1970.
    private static let lastTime: Int64 = 253_402_300_799_999

    /// Whether whoever gives it wants to see the jobs as they are, and decide.
    var looksAtJobs: Bool {
        switch self {
        case .listJobs, .dropJob: true
        default: false
        }
    }

    /// What a command ended with: lines to print, or why it was refused.
    struct Outcome: Codable, Sendable {
        var lines: [String] = []
        var refusal: String?
    }

    /// - Parameter report: is told what is being done just now, where a command has several steps.
    func outcome(in community: Community, report: @escaping @Sendable (String) -> Void = { _ in }) async
        -> Outcome
    {
        do {
            if case .maintain(let removesStrays) = self {
                let report = try await community.maintenance.run(
                    evenIfManyStrays: removesStrays, report: report)
                return Outcome(lines: report.lines.map { "\($0.count)\t\($0.name)" }, refusal: report.refusal)
            }
            return Outcome(lines: try await run(in: community))
        } catch let problem as Problem {
            let reasons = problem.fields.map { "\($0.field): \($0.message)" }
            return Outcome(refusal: reasons.isEmpty ? problem.detail : reasons.joined(separator: "\n"))
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
            return ["Made the account \(account.username)."]
        case .listUsers:
            return try await accounts.all().map { account in
                "\(account.username)\t\(account.fullName)\t\(account.postsCount) posts\t\(account.followerCount) followers"
            }
        case .setPassword(let username, let password):
            let account = try await accounts.find(username: username)
            try await accounts.setPassword(password, of: account.summary)
            return ["Set the password of \(account.username); every session and token has ended."]
        case .deleteUser(let username):
            let account = try await accounts.find(username: username)
            try await accounts.delete(account.summary)
            return ["Deleted \(account.username) with \(account.postsCount) posts."]
        case .createToken(let username, let names, let name):
            guard let scopes = Credential.Scopes(names: names) else {
                throw Problem(.invalid, "Scopes are read and write; “\(names)” names another or none.")
            }
            let account = try await accounts.find(username: username)
            return [try await credentials.issue(.token, to: account, scopes: scopes, name: name).secret.text]
        case .revokeToken(let text):
            guard try await credentials.revoke(Secret(text)) else { throw Problem.notFound("token") }
            return ["Revoked the token."]
        case .revokeTokens(let username):
            let account = try await accounts.find(username: username)
            return [
                "Revoked \(try await credentials.revokeTokens(of: account)) tokens of \(account.username)."
            ]
        case .createInvite(let uses, let days):
            return [try await community.invites.create(uses: uses, days: days).text]
        case .maintain: return []
        case .adoptMedia:
            let refusal = try await community.maintenance.adoptMedia()
            return ["The photos there are this community’s now."] + (refusal.map { [$0] } ?? [])
        case .listJobs: return try await community.jobs.all().map(Self.line)
        case .retryJob(let text):
            try await community.jobs.retry(Self.job(text))
            return ["The job runs now."]
        case .dropJob(let text):
            try await community.jobs.drop(Self.job(text))
            return ["Dropped the job."]
        }
    }

    private static func job(_ text: String) throws -> ID<WaitingJob> {
        guard let id = ID<WaitingJob>(text) else { throw Problem(.invalid, "“\(text)” is no id of a job.") }
        return id
    }

    private static func line(_ job: WaitingJob) -> String {
        let (state, time) =
            if let givenUpAt = job.givenUpAt {
                ("given up", givenUpAt)
            } else {
                (job.isRunning ? "running" : job.attempts > 0 ? "failing" : "waiting", job.runAt)
            }
        return
            "\(job.id)\t\(job.kind)\t\(state)\t\(job.attempts)\t\(Timestamp(min(max(time, 0), Self.lastTime)).rfc3339)\t\(job.lastError)"
    }
}
