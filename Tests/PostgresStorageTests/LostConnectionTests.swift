import Foundation
import PostgresStorage
import Storage
import Synchronization
import TestSupport
import Testing

/// What happens when the server or the connection to it is lost and comes back.
struct LostConnectionTests {
    @Test(arguments: [
        "postgres://u:p%ZZSecretWord@h/db", "postgres://u:SecretWord%@h/db",
        "postgres://h/db?password=%ZZSecretWord",
        "postgres://u:SecretWord@[h/db",
    ])
    func `an invalid URL is refused without showing its password`(_ url: String) async throws {
        let error = await #expect(throws: StorageError.self) { try await PostgresStorage(url: url) }
        #expect("\(try #require(error))".contains("SecretWord") == false)
        #expect("\(try #require(error))".contains("URL"))
    }

    private func options(
        retryTimeout: Duration = PostgresOptions.patient.retryTimeout
    ) -> (PostgresOptions, reports: @Sendable () -> [String]) {
        final class Reports: Sendable { let list = Mutex<[String]>([]) }
        let reports = Reports()
        var options = PostgresOptions.patient
        options.connections = 3
        options.retryTimeout = retryTimeout
        options.reportProblem = { report in reports.list.withLock { $0.append(report) } }
        return (options, { reports.list.withLock { $0 } })
    }

    @Test func `after a restart of the server, connections are reopened and interrupted writes run again`()
        async throws
    {
        let server = try await PostgresServer()
        let (options, reports) = options()
        let storage = try await PostgresStorage(url: server.url(), options: options)
        try await storage.write { try $0.script("CREATE TABLE things (id BIGINT)") }
        // Three connections are idle in the pool when the server stops.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask { _ = try await storage.read { try $0.int("SELECT 1 FROM pg_sleep(0.1)") } }
            }
            try await group.waitForAll()
        }
        let (inserted, signalInsert) = AsyncStream.makeStream(of: Void.self)
        let tries = Mutex(0)
        async let slow: Void = storage.write { connection in
            tries.withLock { $0 += 1 }
            try connection.run("INSERT INTO things (id) VALUES (\(1))")
            signalInsert.finish()
            if tries.withLock({ $0 }) == 1 { _ = try connection.int("SELECT 1 FROM pg_sleep(3600)") }
        }
        for await _ in inserted {}
        async let restart: Void = server.restart()
        try await slow
        try await restart
        #expect(tries.withLock { $0 } == 2)
        try await withThrowingTaskGroup(of: Int64?.self) { group in
            for _ in 0..<9 {
                group.addTask { try await storage.read { try $0.int("SELECT count(*) FROM things") } }
            }
            for try await count in group { #expect(count == 1) }
        }
        #expect(reports().contains { $0.contains("lost") })
        try await storage.close()
        try server.stop()
    }

    @Test func `a connection that the server closes is replaced`() async throws {
        let server = try await PostgresServer.shared()
        let (options, reports) = options()
        let storage = try await PostgresStorage(url: server.url(), options: options)
        let other = try await PostgresStorage(url: server.url(), options: options)
        let process = try await storage.read { try $0.int("SELECT pg_backend_pid()") }
        #expect(
            try await other.read {
                try $0.exists("SELECT 1 WHERE pg_terminate_backend(\(process)::int, 300000)")
            })
        let next = try await storage.read { try $0.int("SELECT pg_backend_pid()") }
        #expect(next != process && reports().count == 1)
        // A transaction that closes its own connection each time is given up.
        await #expect(throws: StorageError.busy) {
            try await storage.write { try $0.exists("SELECT pg_terminate_backend(pg_backend_pid())") }
        }
        try await storage.close()
        try await other.close()
    }

    @Test(.timeLimit(.minutes(10)))
    func `if the server does not come back, calls fail as busy when their retryTimeout ends`() async throws {
        let server = try await PostgresServer()
        let (options, reports) = options(retryTimeout: .milliseconds(300))
        // On a busy machine, even 300 milliseconds may be too short while the server runs.
        let patient = try await PostgresStorage(url: server.url(), options: .patient)
        try await patient.write { try $0.script("CREATE TABLE things (id BIGINT)") }
        try await patient.close()
        let storage = try await PostgresStorage(url: server.url(), options: options)
        try server.stop()
        var ends = 0
        // On a busy machine, the time may be over before the first connection attempt.
        while ends < 3 || !reports().contains(where: { $0.contains("cannot be reached") }) {
            do {
                try await storage.write { try $0.run("INSERT INTO things (id) VALUES (\(1))") }
            } catch StorageError.busy {
                ends += 1
            } catch StorageError.uncertain {
                // The server stopped during a commit.
            }
        }
        #expect(reports().contains { $0.contains("cannot be reached") })
        try await storage.close()
    }

    @Test func `a prepared statement that a schema change made invalid is prepared again`() async throws {
        let server = try await PostgresServer.shared()
        try await server.withSchema { schema in
            let one = try await PostgresStorage(url: server.url(schema), options: .patient)
            let other = try await PostgresStorage(url: server.url(schema), options: .patient)
            try await one.write {
                try $0.script("CREATE TABLE things (id INTEGER); INSERT INTO things (id) VALUES (7)")
            }
            #expect(try await one.read { try $0.int("SELECT id FROM things") } == 7)
            try await other.write { try $0.script("ALTER TABLE things ALTER COLUMN id TYPE BIGINT") }
            #expect(try await one.read { try $0.int("SELECT id FROM things") } == 7)
            try await one.write { try $0.script("DEALLOCATE ALL") }
            #expect(try await one.read { try $0.int("SELECT id FROM things") } == 7)
            try await one.close()
            try await other.close()
        }
    }

    @Test func `a server that cannot be used is refused at the start with a clear message`() async throws {
        let server = try await PostgresServer.shared()
        for (url, message) in [
            ("postgres://nobody:secret@127.0.0.1:1/x", "refused"), ("postgres://x?colour=red", "colour"),
            (server.url().replacingOccurrences(of: "/postgres?", with: "/nowhere?"), "nowhere"),
            (server.url() + "&sslmode=require", "SSL"),
        ] {
            let error = await #expect(throws: StorageError.self) { try await PostgresStorage(url: url) }
            #expect(
                error?.description.contains(message) == true && error?.description.contains("secret") == false
            )
        }
        let storage = try await PostgresStorage(url: server.url(), options: .patient)
        try await storage.writeExclusively { _ = try $0.exists("SELECT 1") }
        try await storage.close()
    }

    @Test func `closing waits for active calls, and later calls are refused`() async throws {
        let server = try await PostgresServer.shared()
        let storage = try await PostgresStorage(url: server.url(), options: .patient)
        let (started, signalStart) = AsyncStream.makeStream(of: Void.self)
        async let last = storage.read { connection in
            signalStart.finish()
            return try connection.int("SELECT 7 FROM pg_sleep(0.1)")
        }
        for await _ in started {}
        try await storage.close()
        #expect(try await last == 7)
        await #expect(throws: StorageError.closed) { try await storage.read { try $0.int("SELECT 1") } }
        try await storage.close()
    }
}
