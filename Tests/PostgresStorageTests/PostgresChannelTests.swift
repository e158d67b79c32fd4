import PostgresStorage
import Storage
import TestSupport
import Testing

struct PostgresChannelTests {
    @Test func `a message that is not committed is not sent, and that is told`() async throws {
        let server = try await PostgresServer.shared()
        try await server.withSchema { schema in
            // The schema’s own functions come before the system’s, so that its pg_notify is the one that is
            // called.
            var path = schema
            path["search_path"] = try #require(schema["search_path"]) + ",pg_catalog"
            var options = PostgresOptions.patient
            options.connections = 1
            let storage = try await PostgresStorage(url: server.url(path), options: options)
            // A temporary table may be written in every transaction; what is wrong with it comes out at the
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

    @Test func `programs of one schema hear each other, also after the connection was lost`() async throws {
        let server = try await PostgresServer.shared()
        try await server.withSchema { schema in
            try await server.withSchema { other in
                let storage = try await PostgresStorage(url: server.url(schema), options: .patient)
                let stranger = try await PostgresStorage(url: server.url(other), options: .patient)
                let channel = try await PostgresChannel(url: server.url(schema), storage: storage)
                let foreign = try await PostgresChannel(url: server.url(other), storage: stranger)
                let (heard, hear) = AsyncStream.makeStream(of: MessageChannelEvent.self)
                let listening = Task { await channel.listen { hear.yield($0) } }
                var events = heard.makeAsyncIterator()
                #expect(await events.next() == .connected)
                try await foreign.send("of another community")
                try await channel.send("ä 'quoted'")
                #expect(await events.next() == .message("ä 'quoted'"))
                _ = try? await storage.write { connection in
                    try channel.send("of a change that was taken back", in: connection)
                    throw StorageError.busy
                }
                try await storage.write { try channel.send("with the commit", in: $0) }
                #expect(await events.next() == .message("with the commit"))
                let longest = String(repeating: "x", count: channel.longestMessage)
                try await channel.send(longest)
                #expect(await events.next() == .message(longest))
                let ended = try await stranger.read {
                    try $0.exists(
                        "SELECT 1 FROM pg_stat_activity WHERE query LIKE \("LISTEN%\(schema["search_path"] ?? "")%") AND pg_terminate_backend(pid)"
                    )
                }
                #expect(ended)
                #expect(await events.next() == .connected)
                try await channel.send("again")
                #expect(await events.next() == .message("again"))
                listening.cancel()
                await listening.value
                try await storage.close()
                try await stranger.close()
            }
        }
    }
}
