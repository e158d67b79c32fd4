import API
import Core
import Foundation
import HTTPTypes
import Storage
import TestSupport
import Testing
import Web

@testable import Core

/// The API behaves as the OpenAPI document says.
struct OpenAPITests {
    @Test func `the documented patterns of texts accept what the server accepts`() throws {
        // Joiners, variation selectors and tags depend on the characters beside them, which no pattern
        // expresses.
        let contextual: [ClosedRange<UInt32>] = [
            0x180B...0x180F, 0x200C...0x200D, 0xFE00...0xFE0F, 0xE0020...0xE007F, 0xE0100...0xE01EF,
        ]
        let planes: [ClosedRange<UInt32>] = [
            0...0xD7FF, 0xE000...0xFFFF, 0x1107E...0x11080, 0x1342F...0x13441, 0x16FE3...0x16FE5,
            0x1BCA0...0x1BCA4,
            0x1D158...0x1D15A, 0x1D173...0x1D17B,
            0x1F600...0x1F610,
            0xE0000...0xE1001,
        ]
        for (kind, pattern) in [
            (TextKind.line, TextPatterns.line(isRequired: false)),
            (.prose, TextPatterns.prose(isRequired: false)),
        ] {
            let expression = try NSRegularExpression(pattern: pattern)
            var differing: [String] = []
            for scalar in planes.joined().compactMap({ Unicode.Scalar($0) }) {
                guard !contextual.contains(where: { $0.contains(scalar.value) }) else { continue }
                let text = "a\(scalar)b"
                // Prose is made plain before it is checked.
                let isAccepted = kind.fault(in: kind == .prose ? text.plainLines : text) == nil
                let range = NSRange(text.startIndex..., in: text)
                let matches = expression.firstMatch(in: text, range: range) != nil
                if isAccepted != matches { differing.append(String(scalar.value, radix: 16)) }
            }
            #expect(differing == [], "\(kind)")
        }
    }

    @Test(arguments: [
        ("ada", true), ("Ada.L_9", true), ("_", true), ("...", false), ("", false), ("a b", false),
        ("ä", false),
    ])
    func `the documented pattern of usernames accepts what the server accepts`(
        _ name: String, _ isAccepted: Bool
    ) throws {
        #expect((Username.fault(in: Username.normalized(name)) == nil) == isAccepted)
        #expect(try matches(name, TextPatterns.username) == isAccepted)
    }

    @Test(arguments: [
        ("", true), ("example.org", true), ("https://example.org", true), ("http://a.b/c?d#e", true),
        ("example.org:8080/x", true), ("ftp://a.b", false), ("https://a", false), ("a@b.c", false),
        ("a b.c", false),
        ("a.b/?u=http://c", false), ("a.b\\c", false),
    ])
    func `the documented pattern of websites accepts what the server accepts`(
        _ website: String, _ isAccepted: Bool
    ) async throws {
        #expect(((try? ProfileEdit(website: website).checked()) != nil) == isAccepted)
        #expect(try matches(website, TextPatterns.website) == isAccepted)
    }

    private func matches(_ text: String, _ pattern: String) throws -> Bool {
        let range = NSRange(text.startIndex..., in: text)
        return try NSRegularExpression(pattern: pattern).firstMatch(in: text, range: range) != nil
    }

    @Test func `every operation has a name of its own, and examples that fit their schemas`() async throws {
        try await TestSite.with { site in
            let operations = Operations.all(in: site.routes)
            let schema = try JSONSchema(openAPI: OpenAPI.document(of: operations))
            #expect(schema.exampleFaults == [])
            let names = schema.operationIDs
            #expect(names.count == operations.count && Set(names).count == names.count)
            #expect(names.allSatisfy { $0.wholeMatch(of: #/[a-z]+([A-Z]+[a-z]*)*/#) != nil })
            #expect(operations.allSatisfy { $0.tag.description.hasSuffix(".") && $0.summary.hasSuffix(".") })
        }
    }

    @Test func `each problem type has a URL that leads to its description`() async throws {
        try await TestSite.with { site in
            let docs = try await site.browser.open("/api/docs").text
            for type in ProblemType.allCases {
                let answer = try await site.browser.open(type.uri)
                let target = try #require(answer.headers[.location])
                #expect(answer.status == .seeOther && target.hasPrefix("/api/docs#"), "\(type)")
                #expect(docs.contains("id=\"\(target.dropFirst("/api/docs#".count))\""), "\(type)")
                #expect(docs.contains(type.remedy))
                // The description names the most common problem of each status.
                let common = ProblemType(status: type.status)
                #expect(common == type || type == .secondFactorRequired && common == .unauthorized)
            }
            #expect(try await site.browser.open(ProblemType.path + "/none").status == .notFound)
            let missing = try await site.apiClient("ada").send(.get, "/api/posts/1")
            #expect(missing.json["type"] as? String == ProblemType.notFound.uri)
        }
    }

    @Test func `the document allows additional fields in responses`() async throws {
        try await TestSite.with { site in
            let document = try await APIClient(site: site, token: nil).send(.get, "/api/openapi.json").text
            #expect(
                document.contains(#""likesCount""#) && !document.contains(#""additionalProperties":false"#))
        }
    }

    @Test func `Ada gets 400 for a cursor of another list, an empty cursor or an invalid limit`() async throws
    {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let post = try await ada.post("a cat #cat")
            let operations = Operations.all(in: site.routes)
            let lists = operations.filter { $0.parameters.contains { $0.name == "cursor" } }
            let patterns = lists.map { $0.parameters.first { $0.name == "cursor" }?.pattern }
            #expect(Set(patterns) == Set(ListName.allCases.map(\.cursorPattern)))
            for list in lists {
                let path =
                    "/api"
                    + list.path.replacing("{username}", with: "ada").replacing("{tag}", with: "cat")
                    .replacing("{id}", with: post.id)
                let prefix = path.hasSuffix("/search") ? "?q=cat&" : "?"
                let pattern = try #require(list.parameters.first { $0.name == "cursor" }?.pattern)
                let own = try #require(ListName.allCases.first { $0.cursorPattern == pattern })
                func status(_ query: String) async throws -> Int {
                    let response = try await ada.send(.get, "\(path)\(prefix)\(query)")
                    #expect(
                        response.status == .ok || response.fieldErrors.first?["message"]?.isEmpty == false)
                    return response.status.code
                }
                let valid = own == .search ? "search-users-2-0-7" : "\(own.rawValue)-7"
                #expect(try await status("limit=1&cursor=\(valid)") == 200, "\(path)")
                let others = ListName.allCases.filter { $0 != own }
                for other in [others.first, others.last].compactMap({ $0 }) {
                    #expect(try await status("cursor=\(other.rawValue)-7") == 400, "\(path) \(other)")
                }
                for wrong in ["", "7", "-0", "-07", "-9000000000000000000"] {
                    let cursor = wrong.hasPrefix("-") ? own.rawValue + wrong : wrong
                    #expect(try await status("cursor=\(cursor)") == 400, "\(path) \(cursor)")
                }
                for wrong in ["", "0", "101", "05"] {
                    #expect(try await status("limit=\(wrong)") == 400, "\(path) \(wrong)")
                }
            }
            #expect(try await ada.send(.get, "/api/suggestions?limit=0").status == .badRequest)
            #expect(try await ada.send(.get, "/api/search").fieldErrors.first?["field"] == "q")
            #expect(try await ada.send(.get, "/api/search?q=x&type=").fieldErrors.first?["field"] == "type")
            // The cursor of the same list returns the next page.
            for caption in ["b", "c"] { _ = try await ada.post(caption) }
            let first = try await ada.send(.get, "/api/explore?limit=2")
            let cursor = try #require(first.json["nextCursor"] as? String)
            let rest = try await ada.send(.get, "/api/explore?cursor=\(cursor)").items
            #expect(first.items.count == 2 && rest.map { $0["id"] as? String } == [post.id])
            // Pages accept the same positions as the API.
            let browser = try await site.register("grace")
            let paths = ["/", "/explore", "/tags/cat", "/ada", "/ada/followers", "/saved", "/notifications"]
            for path in paths + ["/p/\(try #require(Int64(post.id).map { ID<Post>($0).code }))"] {
                for wrong in ["", "0", "07", "x", "9000000000000000000", "explore-7", "7x"] {
                    #expect(
                        try await browser.open("\(path)?cursor=\(wrong)").status == .badRequest, "\(path)")
                }
                #expect(try await browser.open("\(path)?cursor=8999999999999999999").status == .ok, "\(path)")
            }
        }
    }

    @Test func `a token without the scope read gets no email address`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let made = try await ada.send(
                .post, "/api/me/tokens", json: #"{"name": "bot", "scopes": ["write"]}"#)
            let bot = APIClient(site: site, token: try #require(made.json["token"] as? String))
            let cat: [Multipart.Part] = [.file("image", try Fixtures.bytes("cat.jpg"))]
            let password = TestCommunity.password
            let calls: [@Sendable (APIClient) async throws -> SiteResponse] = [
                { try await $0.send(.put, "/api/profile", json: #"{"bio": "hi"}"#) },
                { try await $0.upload("/api/profile/picture", cat, method: .put) },
                { try await $0.send(.put, "/api/me/username", json: #"{"username": "ada"}"#) },
                {
                    try await $0.send(
                        .put, "/api/me/email", json: #"{"email": "a@b.org", "password": "\#(password)"}"#
                    )
                },
            ]
            for call in calls.dropLast() {
                let (full, reduced) = (try await call(ada), try await call(bot))
                #expect(full.json["email"] as? String == "ada@example.org")
                #expect(reduced.status == .ok && reduced.json["username"] as? String == "ada")
                #expect(!reduced.text.contains("example.org"))
            }
            // This call is last, because it ends every other token.
            let reduced = try await calls[3](bot)
            #expect(reduced.status == .ok && !reduced.text.contains("b.org"))
        }
    }

    @Test func `Ada cannot end a token through the route for sessions`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            _ = try await ada.send(.post, "/api/me/tokens", json: #"{"name": "bot", "scopes": ["read"]}"#)
            let tokens = try await ada.send(.get, "/api/me/tokens").items
            let id = try #require(tokens.first { $0["name"] as? String == "bot" }?["id"] as? String)
            #expect(try await ada.send(.delete, "/api/me/sessions/\(id)").status == .notFound)
            #expect(try await ada.send(.get, "/api/me/tokens").items.count == 2)
            #expect(try await ada.send(.delete, "/api/me/tokens/\(id)").status == .noContent)
        }
    }

    @Test func `Ada learns which field has an invalid type`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            for (json, field, message) in [
                (#"{"bio": 5}"#, "bio", "“bio” must be a string."),
                (#"{"isPrivate": "x"}"#, "isPrivate", "“isPrivate” must be true or false."),
            ] {
                let refused = try await ada.send(.put, "/api/profile", json: json)
                #expect(refused.fieldErrors.first == ["field": field, "message": message])
            }
            let post = try await ada.post()
            let refused = try await ada.send(
                .patch, "/api/posts/\(post.id)", json: #"{"media": [{"id": "0", "altText": ""}]}"#)
            #expect(refused.fieldErrors.first?["field"] == "media[0].id")
            #expect(try await ada.send(.put, "/api/profile", json: "[]").status == .badRequest)
        }
    }
}
