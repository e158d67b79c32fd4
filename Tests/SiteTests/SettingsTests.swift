import ArgumentParser
import Core
import Foundation
import Logging
import TestSupport
import Testing
import Web

@testable import App

/// Settings from flags, a file and the environment, and the format of the log.
struct SettingsTests {
    @Test func `flags override the file, and the file overrides the environment`() async throws {
        try await Fixtures.withFolder { folder in
            try Data("# settings\nISNTGRAM_PORT=2\nISNTGRAM_HOST=file\n".utf8).write(
                to: URL(fileURLWithPath: folder + "/env"))
            let environment = [
                "ISNTGRAM_PORT": "1", "ISNTGRAM_HOST": "environment", "ISNTGRAM_DATA": "/tmp/x", "HOME": "/",
            ]
            let settings = try await Settings(
                flags: ["port": "3"], file: folder + "/env", environment: environment)
            #expect(settings.address == ListenAddress(host: "file", port: 3) && settings.data == "/tmp/x")
            #expect(settings.site.baseURL == "http://file:3" && settings.logLevel == .info)
            let base = try await Settings(
                flags: ["base-url": "https://a.example"], file: nil, environment: [:])
            #expect(base.site.baseURL == "https://a.example" && base.address.port == 8080)
        }
    }

    /// An invalid value for every setting that has one.
    private static let invalidValues =
        [
            "host": "a b", "port": "70000", "base-url": "a b", "log-level": "loud",
            "registration": "sometimes",
            "demo": "maybe", "trusted-proxies": "everywhere", "database-url": "mysql://x",
            "database-connections": "0", "database-prepared": "maybe", "database-events-url": "mysql://x",
            "media-url": "http://x", "rate-limits": "maybe", "hsts": "maybe", "min-free-space": "much",
            "force-clock": "maybe", "secret": "too short",
        ].merging(RateLimits.Kind.allCases.map { (Settings.limit($0).name, "often") }) { value, _ in value }

    @Test func `the server does not start with an invalid value, and the error names the setting`() async {
        let anyText = ["data"]
        #expect(Set(Self.invalidValues.keys.map { $0 } + anyText) == Set(Settings.keys.map(\.name)))
        for key in Settings.keys {
            guard let value = Self.invalidValues[key.name] else { continue }
            let error = await #expect(throws: CommandError.self, "\(key.name)") {
                try await Settings(flags: [:], file: nil, environment: [key.variable: value])
            }
            #expect(error?.description.contains(key.variable) == true, "\(error?.description ?? "none")")
        }
    }

    @Test(arguments: [
        ("127.0.0.1", "http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://localhost:8080", "http://127.0.0.1:8080"),
        ("::", "http://localhost:8080", "http://[::1]:8080"),
        ("0:0:0:0:0:0:0:0", "http://localhost:8080", "http://[::1]:8080"),
        ("::1", "http://[::1]:8080", "http://[::1]:8080"),
        ("[::1]", "http://[::1]:8080", "http://[::1]:8080"),
        ("2001:DB8::0:9", "http://[2001:db8::9]:8080", "http://[2001:db8::9]:8080"),
        ("fe80::1%eth0", "http://[fe80::1]:8080", "http://[fe80::1]:8080"),
        ("::ffff:127.0.0.1", "http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("photos.example.org", "http://photos.example.org:8080", "http://photos.example.org:8080"),
    ])
    func `the base URL follows from the host, with brackets around IPv6 addresses`(
        _ host: String, _ url: String, _ ownURL: String
    ) async throws {
        let settings = try await Settings(flags: ["host": host], file: nil, environment: [:])
        #expect(settings.site.baseURL == url && settings.address.ownURL == ownURL)
        #expect(settings.address.url(port: 80) == url.replacing(":8080", with: ""))
        #expect(!settings.address.host.contains("["))
    }

    @Test(arguments: ["", "a b", "a:b", ":::", "[::1", "::1]", "[a]", "0", "127.1", "a/b", "*", "http://a"])
    func `a host that is no name and no address is refused`(_ host: String) {
        #expect(ListenAddress(host: host, port: 1) == nil)
    }

    @Test func `the free space that the server needs is a size`() async throws {
        for (text, bytes) in [
            ("200MB", 200_000_000), ("0", 0), ("1", 1), ("2gb", 2_000_000_000), ("5kB", 5000),
            ("1TB", 1_000_000_000_000),
        ] as [(String, Int64)] {
            let settings = try await Settings(flags: ["min-free-space": text], file: nil, environment: [:])
            #expect(settings.minFreeSpace == bytes, "\(text)")
        }
        for text in ["", "MB", "-1", "1.5GB", "10 MB", "10MiB", "9223372036854775807kB", "٣"] {
            await #expect(throws: CommandError.self, "\(text)") {
                try await Settings(flags: ["min-free-space": text], file: nil, environment: [:])
            }
        }
    }

    @Test func `the server does not start with an unknown setting, and the error names it`() async {
        let error = await #expect(throws: CommandError.self) {
            try await Settings(flags: [:], file: nil, environment: ["ISNTGRAM_COLOUR": "red"])
        }
        #expect(error?.description.contains("ISNTGRAM_COLOUR") == true)
    }

    @Test func `every setting has a row in the table of the administrator's guide, and a flag`() throws {
        let guide = try String(contentsOfFile: Fixtures.root + "/Sources/App/README.md", encoding: .utf8)
        let flags = Serve.helpMessage()
        let limits = RateLimits.Kind.allCases.map(Settings.limit)
        for key in limits {
            #expect(guide.contains("| `\(key.variable)` | `\(key.defaultValue)` |"), "\(key.name)")
        }
        for key in Settings.keys where !limits.contains(where: { $0.name == key.name }) {
            #expect(guide.contains("| `\(key.variable)` | `--\(key.name)` |"), "\(key.name)")
            #expect(flags.contains("--\(key.name)"), "\(key.name)")
        }
    }

    @Test func `the error names a settings file that is missing or has an unknown setting`() async throws {
        try await Fixtures.withFolder { folder in
            try Data("ISNTGRAM_COLOUR=red\n".utf8).write(to: URL(fileURLWithPath: folder + "/env"))
            for file in [folder + "/env", folder + "/none"] {
                let error = await #expect(throws: CommandError.self) {
                    try await Settings(flags: [:], file: file, environment: [:])
                }
                #expect(error?.description.contains(file) == true)
            }
        }
    }

    @Test func `a log message is one line of text or JSON`() {
        #expect(LineLogHandler.text("t", .error, "a\nb", [("k", "v")]) == "t error: a\\nb k=v")
        let request = [("us", "2600"), ("hb.request.id", "1f")]
        #expect(LineLogHandler.text("t", .info, "GET / 200", request) == "t GET / 200 3 ms")
        #expect(
            LineLogHandler.json("t", .error, "a\nb", [("k", "v")])
                == #"{"k":"v","level":"error","message":"a\nb","time":"t"}"#)
        var log = LineLogHandler(isTerminal: true)
        log[metadataKey: "a"] = "b"
        #expect(log[metadataKey: "a"] == "b")
    }

    @Test(arguments: [
        ("GET /media/ab/ab0123456789abcdef0123456789abcdef/640.jpg 200", "GET /media/ab/ab01…/640.jpg 200"),
        (
            "S3 answered 500 to PUT /photos/00/000102030405060708090A0B0C0D0E0F",
            "S3 answered 500 to PUT /photos/00/0001…"
        ),
        ("token isnt_AbC-_9 and isnt_x", "token isnt_… and isnt_…"),
        ("GET /api/me/tokens/isnt%5fAbC%2D_9/x", "GET /api/me/tokens/isnt_…/x"),
        ("GET /api/%2569snt_AbC 404", "GET /api/isnt_… 404"),
        ("GET /x%2f%30123456789abcdef012345%25363789abcdef%2f1 404", "GET /x%2f0123…%2f1 404"),
        ("GET /search%zz%2?q=%C3%A4%", "GET /search%zz%2?q=%C3%A4%"),
        ("a post 251497178726400000 and 0123456789abcdef", "a post 251497178726400000 and 0123456789abcdef"),
        ("ﬂöße 0123456789abcdef0123456789abcde", "ﬂöße 0123456789abcdef0123456789abcde"), ("", ""),
    ])
    func `paths of photos and tokens are shortened in the log`(_ text: String, _ redacted: String) {
        #expect(LogRedaction.redacted(text) == redacted)
    }
}

/// The commands of the administrator.
struct AdminCommandTests {
    @Test func `the administrator creates, lists, changes and deletes accounts and tokens`() async throws {
        try await TestCommunity.with { test in
            func run(_ command: AdminCommand) async -> AdminCommand.Outcome {
                await command.outcome(in: test.community)
            }
            let create = AdminCommand.createUser(
                username: "ada", email: "ada@example.org", fullName: "Ada", password: TestCommunity.password)
            #expect(await run(create).lines == ["Created the account ada."])
            #expect(await run(create).refusal == "username: Username “ada” is taken; choose another.")
            #expect(await run(.listUsers).lines == ["ada\tAda\t0 posts\t0 followers"])
            let token = await run(.createToken(username: "ada", scopes: "read", name: "x")).lines[0]
            #expect(token.hasPrefix("isnt_"))
            #expect(
                await run(.createToken(username: "ada", scopes: "all", name: "x")).refusal?.contains(
                    "read and write") == true)
            #expect(await run(.revokeToken(token)).lines == ["Revoked the token."])
            #expect(await run(.revokeToken(token)).refusal != nil)
            _ = await run(.createToken(username: "ada", scopes: "read,write", name: "x"))
            #expect(await run(.revokeTokens(username: "ada")).lines == ["Revoked 1 token of ada."])
            #expect(
                await run(.setPassword(username: "ada", password: "another horse battery")).refusal == nil)
            #expect(
                await run(.setPassword(username: "ada", password: "short")).refusal?.hasPrefix("password:")
                    == true)
            #expect(await run(.deleteUser(username: "ada")).lines == ["Deleted ada with 0 posts."])
            #expect(await run(.deleteUser(username: "ada")).refusal != nil)
            #expect(await run(.listUsers).lines == [])
        }
    }
}
