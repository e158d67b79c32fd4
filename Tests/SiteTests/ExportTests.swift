import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Seeding
import Storage
import TestSupport
import Testing
import Web

@testable import App

/// The export of an account as a ZIP file.
struct ExportTests {
    @Test func `the export of a large account is complete, and reads one page of rows at a time`()
        async throws
    {
        try await TestCommunity.with { test in
            try await Seed(accounts: 2, posts: 700, follows: 1).insert(into: test.community)
            let counting = CountingStorage(test.storage)
            let community = test.community(over: counting)
            let account = try await community.accounts.find(username: "person1")
            try await test.storage.write { connection in
                try connection.run(
                    "INSERT INTO likes (id, post_id, account_id) SELECT id, id, \(account.id) FROM posts")
                try connection.run(
                    "INSERT INTO saves (id, post_id, account_id) SELECT id, id, \(account.id) FROM posts")
                try connection.run(
                    """
                    INSERT INTO comments (id, post_id, author_id, text, created_at)
                    SELECT id, id, \(account.id), 'hi', 0 FROM posts
                    """)
            }
            let token = try await community.credentials.issue(.token, to: account, scopes: .all, name: "x")
                .secret.text
            let site = try #require(Site(baseURL: "http://localhost"))
            let application = SiteApplication(
                community: community, site: site, uploads: test.uploads,
                logger: QuietLogHandler.logger("site"))
            let zip = try await application.listening(on: "127.0.0.1", port: 0).test(.router) { client in
                try await client.execute(
                    uri: "/api/me/export", method: .get, headers: [.authorization: "Bearer \(token)"]
                ) { Data($0.body.readableBytesView) }
            }
            #expect(
                counting.maxRowsPerStatement <= Export.pageSize + 1,
                "a statement returned more rows than a page has")
            let counts = try await itemCounts(in: zip, of: test)
            #expect(
                counts == [
                    "posts": 350, "comments": 700, "likes": 700, "saved": 700, "following": 1, "followers": 1,
                    "blocked": 0, "muted": 0,
                ])
        }
    }

    /// Returns the number of distinct items in each list of an export.
    private func itemCounts(in zip: Data, of test: TestCommunity) async throws -> [String: Int] {
        let path = test.folder + "/export.zip"
        try zip.write(to: URL(fileURLWithPath: path))
        let json = try Fixtures.python(
            """
            import json, sys, zipfile
            z = zipfile.ZipFile(sys.argv[1])
            assert z.testzip() is None
            lists = {n[:-5]: json.loads(z.read(n)).get("items") for n in z.namelist() if n.endswith(".json")}
            print(json.dumps({n: len({json.dumps(i) for i in l}) for n, l in lists.items() if l is not None}))
            """, path)
        return try JSONDecoder().decode([String: Int].self, from: json)
    }
}
