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

/// The Unix socket in the data directory over which commands reach the running server. The permissions of the
/// directory decide who may use it.
enum ControlSocket {
    static func path(in directory: String) -> String { directory + "/control.sock" }

    /// The server's end. The response is a stream of messages, one JSON value per line, and begins at once:
    /// the client sees that a long command is still running.
    static func application(
        in directory: String, community: Community, logger: Logger, every interval: Duration = .seconds(5)
    ) throws -> some ApplicationProtocol {
        // A killed server leaves its socket behind. This process holds the lock, so no other server listens
        // on it.
        try Files.remove(path(in: directory))
        let router = Router()
        router.post("command") { request, _ in
            let body = try await request.body.collect(upTo: 64 * 1024)
            let command = try JSONDecoder().decode(AdminCommand.self, from: Data(buffer: body))
            let messages = command.messages(in: community, every: interval)
            let responseBody = ResponseBody { writer in
                for await message in messages {
                    var line = ByteBuffer(data: try JSONEncoder().encode(message))
                    line.writeString("\n")
                    try await writer.write(line)
                }
                try await writer.finish(nil)
            }
            return Response(
                status: .ok, headers: [.contentType: "application/x-ndjson"], body: responseBody)
        }
        var quietLogger = logger
        quietLogger.logLevel = .warning
        return Application(
            router: router, configuration: .init(address: .unixDomainSocket(path: path(in: directory))),
            logger: quietLogger)
    }

    /// The client's end: sends a command to the server that holds the data directory, and waits for its
    /// outcome.
    /// - Parameter report: receives the progress that the server reports.
    /// - Throws: an error if the server cannot be reached, or if it closes the connection before the outcome.
    ///   There is no time limit while the server reports progress.
    static func send(
        _ command: AdminCommand, to directory: String, report: (String) -> Void
    ) async throws -> AdminCommand.Outcome {
        guard let url = URL(httpURLWithSocketPath: path(in: directory), uri: "/command") else {
            throw CommandError(
                "The path of the data directory \(directory) cannot be part of a URL. Use another path.")
        }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = .POST
        request.body = .bytes(ByteBuffer(data: try JSONEncoder().encode(command)))
        // The limit is for the beginning of the response. The command itself may take any time.
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        do {
            return try await outcome(from: response.body, report: report)
        } catch let error where !(error is CommandError) {
            throw CommandError("\(connectionLost) (\(error))")
        }
    }

    private static let connectionLost = """
        The server closed the connection before it reported the outcome. Check whether the command took \
        effect before you run it again.
        """

    /// Reads messages until the outcome.
    private static func outcome(
        from body: HTTPClientResponse.Body, report: (String) -> Void
    ) async throws -> AdminCommand.Outcome {
        var unread = ByteBuffer()
        for try await chunk in body {
            unread.writeImmutableBuffer(chunk)
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
        throw CommandError(connectionLost)
    }

    private static func outcome(of command: AdminCommand, in settings: Settings) async throws
        -> AdminCommand.Outcome
    {
        let services: Services
        do {
            services = try await Services(
                settings, logger: Logger(label: "isntgram") { _ in LineLogHandler() })
        } catch StorageError.locked {
            return try await send(command, to: settings.data, report: printNote)
        }
        var outcome = AdminCommand.Outcome()
        for await message in command.messages(in: services.community) {
            switch message {
            case .progress(let text): printNote(text)
            case .outcome(let last): outcome = last
            }
        }
        if !command.leavesJobsWaiting { await finishJobs(of: services.community) }
        try await services.close()
        return outcome
    }

    /// Runs the jobs that a command caused when no server is running, including those that are delayed by up
    /// to a minute. Jobs that fail or are not finished after ten seconds are left for the server.
    private static func finishJobs(of community: Community) async {
        let work = Task { try await community.jobs.runDue(ahead: 60 * 1000) }
        let timeout = Task {
            try await Task.sleep(for: .seconds(10))
            work.cancel()
        }
        let result = await work.result
        timeout.cancel()
        do {
            do { _ = try result.get() } catch is CancellationError {}
            let count = try await community.jobs.count()
            guard count > 0 else { return }
            let jobs = count == 1 ? "1 job is" : "\(count) jobs are"
            printNote("\(jobs) left for the server. See “isntgram jobs list”.")
        } catch {
            printNote("Some jobs failed and are left for the server: \(error)")
        }
    }

    private static func printNote(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Runs a command in the process that holds the data directory, and prints its output. Throws if it is
    /// refused.
    static func perform(_ command: AdminCommand, in settings: Settings) async throws {
        let outcome = try await outcome(of: command, in: settings)
        for line in outcome.lines { print(line) }
        if let refusal = outcome.refusal { throw CommandError(refusal) }
    }
}
