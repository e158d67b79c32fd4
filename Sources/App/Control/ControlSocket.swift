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

    /// The server's end. It answers with messages, a line of JSON each, from the first moment on: whoever waits sees
    /// that the work goes on, however long it takes.
    static func application(
        in folder: String, community: Community, logger: Logger, every interval: Duration = .seconds(5)
    ) throws -> some ApplicationProtocol {
        // What a killed server left; the folder's lock is held, so nobody listens on it.
        try Files.remove(path(in: folder))
        let router = Router()
        router.post("command") { request, _ in
            let body = try await request.body.collect(upTo: 64 * 1024)
            let command = try JSONDecoder().decode(AdminCommand.self, from: Data(buffer: body))
            let messages = command.messages(in: community, every: interval)
            let answer = ResponseBody { writer in
                for await message in messages {
                    var line = ByteBuffer(data: try JSONEncoder().encode(message))
                    line.writeString("\n")
                    try await writer.write(line)
                }
                try await writer.finish(nil)
            }
            return Response(status: .ok, headers: [.contentType: "application/x-ndjson"], body: answer)
        }
        var quiet = logger
        quiet.logLevel = .warning
        return Application(
            router: router, configuration: .init(address: .unixDomainSocket(path: path(in: folder))),
            logger: quiet)
    }

    /// The command's end: hands it to the server that holds the folder.
    /// - Parameter report: is told what the server says while it works.
    /// - Throws: where the server cannot be reached, or goes away before it said how the command ended. As long as the
    ///   server works and says so, it is waited for.
    static func send(
        _ command: AdminCommand, to folder: String, report: (String) -> Void
    ) async throws -> AdminCommand.Outcome {
        guard let url = URL(httpURLWithSocketPath: path(in: folder), uri: "/command") else {
            throw SettingsError("The path of the data folder \(folder) cannot stand in an address.")
        }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = .POST
        request.body = .bytes(ByteBuffer(data: try JSONEncoder().encode(command)))
        // The answer begins at once; how long the work takes has no limit.
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        do {
            return try await outcome(from: response.body, report: report)
        } catch let error where !(error is SettingsError) {
            throw SettingsError("\(lost) (\(error))")
        }
    }

    private static let lost = """
        The server went away before it said how this ended: whether it was done is not known. Look, before you give the \
        command again.
        """

    /// Reads messages up to the outcome.
    private static func outcome(
        from body: HTTPClientResponse.Body, report: (String) -> Void
    ) async throws -> AdminCommand.Outcome {
        var unread = ByteBuffer()
        for try await piece in body {
            unread.writeImmutableBuffer(piece)
            while let end = unread.readableBytesView.firstIndex(of: UInt8(ascii: "\n")),
                let line = unread.readSlice(length: end - unread.readerIndex + 1)
            {
                switch try JSONDecoder().decode(CommandMessage.self, from: Data(buffer: line)) {
                case .progress(let text): report(text)
                case .outcome(let outcome): return outcome
                }
            }
            unread.discardReadBytes()
        }
        throw SettingsError(lost)
    }

    private static func outcome(of command: AdminCommand, in settings: Settings) async throws
        -> AdminCommand.Outcome
    {
        let services: Services
        do {
            services = try await Services(settings, logger: Logger(label: "isntgram") { _ in LineLog() })
        } catch StorageError.locked {
            return try await send(command, to: settings.data, report: note)
        }
        var outcome = AdminCommand.Outcome()
        for await message in command.messages(in: services.community) {
            switch message {
            case .progress(let text): note(text)
            case .outcome(let last): outcome = last
            }
        }
        if !command.looksAtJobs { await finishJobs(of: services.community) }
        try await services.close()
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
            note(
                "\(left == 1 ? "1 job is" : "\(left) jobs are") left for the server: see “isntgram jobs list”."
            )
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
