import PostgresStorage
import Storage
import TestSupport
import Testing

struct PostgresChannelTests {
    @Test func `sending a message fails if the commit fails`() async throws {
        let server = try await PostgresServer.shared()
        try await server.withSchema { schema in
            // With this search path, a function of the schema replaces the system’s pg_notify.
            var path = schema
            path["search_path"] = try #require(schema["search_path"]) + ",pg_catalog"
            var options = PostgresOptions.patient
            options.connections = 1
            let storage = try await PostgresStorage(url: server.url(path), options: options)
            // A temporary table may be written in every transaction; its deferred constraint fails at the
            // commit.
            try await storage.write { connection in
                try connection.script(
                    """
                    CREATE TEMPORARY TABLE sent (number INTEGER UNIQUE DEFERRABLE INITIALLY DEFERRED);
                    CREATE FUNCTION pg_notify(text, text) RETURNS void LANGUAGE plpgsql
                    AS 'BEGIN INSERT INTO pg_temp.sent VALUES (1), (1); END'
                    """)
            }
            let channel = try await PostgresChannel(url: server.url(path), storage: storage)
            await #expect(throws: StorageError.self) { try await channel.send("lost") }
            try await storage.close()
        }
    }

    @Test
    func `instances in one schema receive each other's messages, even after the connection was lost`()
        async throws
    {
        let server = try await PostgresServer.shared()
        try await server.withSchema { schema in
            try await server.withSchema { other in
                let storage = try await PostgresStorage(url: server.url(schema), options: .patient)
                let otherStorage = try await PostgresStorage(url: server.url(other), options: .patient)
                let channel = try await PostgresChannel(url: server.url(schema), storage: storage)
                let otherChannel = try await PostgresChannel(url: server.url(other), storage: otherStorage)
                let (received, continuation) = AsyncStream.makeStream(of: MessageChannelEvent.self)
                let listening = Task { await channel.listen { continuation.yield($0) } }
                var events = received.makeAsyncIterator()
                #expect(await events.next() == .connected)
                try await otherChannel.send("from another community")
                try await channel.send("ä 'quoted'")
                #expect(await events.next() == .message("ä 'quoted'"))
                _ = try? await storage.write { connection in
                    try channel.send("from a transaction that rolls back", in: connection)
                    throw StorageError.busy
                }
                try await storage.write { try channel.send("with the commit", in: $0) }
                #expect(await events.next() == .message("with the commit"))
                let longest = String(repeating: "x", count: channel.maximumMessageBytes)
                try await channel.send(longest)
                #expect(await events.next() == .message(longest))
                let query = "LISTEN%\(schema["search_path"] ?? "")%"
                let isTerminated = try await otherStorage.read {
                    try $0.exists(
                        """
                        SELECT 1 FROM pg_stat_activity
                        WHERE query LIKE \(query) AND pg_terminate_backend(pid)
                        """)
                }
                #expect(isTerminated)
                #expect(await events.next() == .connected)
                try await channel.send("again")
                #expect(await events.next() == .message("again"))
                listening.cancel()
                await listening.value
                try await storage.close()
                try await otherStorage.close()
            }
        }
    }
}
