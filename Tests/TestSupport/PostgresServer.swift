import Foundation
import NIOPosix
import PostgresStorage
import Storage

/// A PostgreSQL server for tests, with its data in a temporary folder, on a free local port. It stops when
/// the process that started it ends, even if that process crashes.
package final class PostgresServer: Sendable {
    /// The server that all tests of a process share; it starts on first use.
    package static func shared() async throws -> PostgresServer { try await starting.value }

    private static let starting = Task { try await PostgresServer() }

    /// Runs as a user other than root. Each line on standard input restarts the server. The end of the input,
    /// which comes when the process at the other end exits, stops it. Prints `ready` when the server accepts
    /// connections.
    private static let script = """
        trap : INT
        bin=$1 folder=$2 port=$3
        "$bin/initdb" --pgdata="$folder/data" --username=isntgram --auth=trust --encoding=UTF8 \
            --locale=C.UTF-8 --no-sync >"$folder/log" 2>&1
        start() {
            "$bin/pg_ctl" start --wait --timeout=300 --silent --pgdata="$folder/data" \
                --log="$folder/log" --options="-p $port -c listen_addresses=127.0.0.1 \
                -c unix_socket_directories=$folder -c fsync=off -c full_page_writes=off \
                -c max_connections=500 -c log_statement=none" && echo ready || cat "$folder/log"
        }
        start
        while read -r line; do
            "$bin/pg_ctl" stop --wait --timeout=300 --silent --pgdata="$folder/data" --mode=fast
            start
        done
        "$bin/pg_ctl" stop --wait --timeout=300 --silent --pgdata="$folder/data" --mode=immediate
        rm -rf "$folder"
        """

    private let port: Int
    private let input: FileHandle
    private let output: FileHandle

    /// Starts a server and waits until it accepts connections.
    package init() async throws {
        let installed = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql").compactMap(
            Int.init)
        guard let version = installed.max() else { throw StorageError.other("PostgreSQL is not installed") }
        let folder = try Fixtures.temporaryFolder()
        let process = Process()
        let arguments = ["/bin/sh", "-c", Self.script, "sh", "/usr/lib/postgresql/\(version)/bin", folder]
        if getuid() == 0 {
            // PostgreSQL refuses to run as root.
            try FileManager.default.setAttributes([.ownerAccountName: "postgres"], ofItemAtPath: folder)
            process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
            process.arguments = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] + arguments
        } else {
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = arguments
        }
        port = try Ports.free()
        process.arguments?.append("\(port)")
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        let (inputPipe, outputPipe) = (Pipe(), Pipe())
        process.standardInput = inputPipe
        process.standardOutput = outputPipe
        input = inputPipe.fileHandleForWriting
        output = outputPipe.fileHandleForReading
        try process.run()
        try await waitUntilReady()
    }

    /// Restarts the server, which closes all connections.
    package func restart() async throws {
        try input.write(contentsOf: Data("restart\n".utf8))
        try await waitUntilReady()
    }

    /// Stops the server and removes its files.
    package func stop() throws { try input.close() }

    private func waitUntilReady() async throws {
        let data = try await NIOThreadPool.singleton.runIfActive { [output] in output.availableData }
        let text = String(decoding: data, as: UTF8.self)
        guard text == "ready\n" else { throw StorageError.other("PostgreSQL did not start: \(text)") }
    }

    /// Returns a URL of the server with session settings in its `options` parameter.
    package func url(_ settings: [String: String] = [:]) -> String {
        let options = settings.sorted { $0.key < $1.key }.map { "-c\($0.key)%3D\($0.value)" }.joined(
            separator: "%20")
        return "postgres://isntgram@127.0.0.1:\(port)/postgres?options=\(options)"
    }

    /// Creates a schema, runs `body` with the session settings that select it, then drops the schema.
    package func withSchema<Result>(_ body: ([String: String]) async throws -> Result) async throws -> Result
    {
        let name = "test_\(String(UInt64.random(in: .min ... .max), radix: 36))"
        try await runAsAdministrator { try $0.script("CREATE SCHEMA \(name)") }
        let result: Result
        do {
            result = try await body(["search_path": name])
        } catch {
            try await runAsAdministrator { try $0.script("DROP SCHEMA \(name) CASCADE") }
            throw error
        }
        try await runAsAdministrator { try $0.script("DROP SCHEMA \(name) CASCADE") }
        return result
    }

    private func runAsAdministrator(_ body: @escaping @Sendable (any Connection) throws -> Void) async throws
    {
        var options = PostgresOptions.patient
        options.connections = 1
        let storage = try await PostgresStorage(url: url(), options: options)
        do {
            try await storage.write(body)
        } catch {
            try await storage.close()
            throw error
        }
        try await storage.close()
    }
}

extension PostgresOptions {
    /// The options of the server, with long timeouts: more tests run in parallel than the machine has cores,
    /// and no call may fail for that reason.
    package static var patient: PostgresOptions {
        var options = PostgresOptions()
        options.retryTimeout = .seconds(300)
        options.statementTimeout = .seconds(300)
        options.lockTimeout = .seconds(300)
        return options
    }
}

/// Local TCP ports.
package enum Ports {
    /// Returns a free port. Another process may take it before it is used.
    package static func free() throws -> Int {
        #if os(Linux)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bound in
                bind(descriptor, bound, length) == 0 ? getsockname(descriptor, bound, &length) : -1
            }
        }
        guard code == 0 else {
            throw StorageError.other("No free port was found: \(String(cString: strerror(errno)))")
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
