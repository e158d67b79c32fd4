import AsyncHTTPClient
import Core
import Foundation
import Hummingbird
import Logging
import MediaStorage
import NIOCore
import NIOFoundationEssentialsCompat
import NIOHTTP1
import Storage

/// The socket in the data folder over which commands reach the running server. Whoever may open the folder may use
/// it; nobody else can.
enum ControlSocket {
    static func path(in folder: String) -> String { folder + "/control.sock" }

    /// The server's end.
    static func application(in folder: String, community: Community, logger: Logger) throws -> some ApplicationProtocol {
        // What a killed server left; the folder's lock is held, so nobody listens on it.
        try Files.remove(path(in: folder))
        let router = Router()
        router.post("command") { request, _ in
            let body = try await request.body.collect(upTo: 64 * 1024)
            let command = try JSONDecoder().decode(AdminCommand.self, from: Data(buffer: body))
            let answer = try JSONEncoder().encode(await command.outcome(in: community))
            return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(data: answer)))
        }
        var quiet = logger
        quiet.logLevel = .warning
        return Application(
            router: router, configuration: .init(address: .unixDomainSocket(path: path(in: folder))), logger: quiet)
    }

    /// The command's end: hands it to the server that holds the folder.
    static func send(_ command: AdminCommand, to folder: String) async throws -> AdminCommand.Outcome {
        guard let url = URL(httpURLWithSocketPath: path(in: folder), uri: "/command") else {
            throw SettingsError("The path of the data folder \(folder) cannot stand in an address.")
        }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = .POST
        request.body = .bytes(ByteBuffer(data: try JSONEncoder().encode(command)))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let body = try await response.body.collect(upTo: 16 << 20)
        return try JSONDecoder().decode(AdminCommand.Outcome.self, from: Data(buffer: body))
    }

    private static func outcome(of command: AdminCommand, in settings: Settings) async throws -> AdminCommand.Outcome {
        let household: Household
        do {
            household = try await Household(settings, logger: Logger(label: "isntgram") { _ in LineLog() })
        } catch StorageError.locked {
            return try await send(command, to: settings.data)
        }
        let outcome = await command.outcome(in: household.community)
        if !command.looksAtJobs { await finishJobs(of: household.community) }
        try await household.close()
        return outcome
    }

    /// Where no server runs, what a command caused is done now: also what would wait a while for more of its kind.
    /// What is not done after ten seconds, or fails, is left for the server.
    private static func finishJobs(of community: Community) async {
        let work = Task { try await community.jobs.runDue(ahead: 60 * 1000) }
        let limit = Task {
            try await Task.sleep(for: .seconds(10))
            work.cancel()
        }
        let result = await work.result
        limit.cancel()
        do {
            do { _ = try result.get() } catch is CancellationError {}
            let left = try await community.jobs.count()
            guard left > 0 else { return }
            note("\(left == 1 ? "1 job is" : "\(left) jobs are") left for the server: see “isntgram jobs list”.")
        } catch {
            note("Jobs are left for the server: \(error)")
        }
    }

    private static func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    /// Runs a command wherever the folder is held, prints what it says, and throws what it refuses.
    static func perform(_ command: AdminCommand, in settings: Settings) async throws {
        let outcome = try await outcome(of: command, in: settings)
        for line in outcome.lines { print(line) }
        if let refusal = outcome.refusal { throw SettingsError(refusal) }
    }
}
