import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import TestSupport
import Testing

/// Twenty people perform 5,000 random actions concurrently. Afterwards all counters equal a recount, and no
/// request has failed with a server error.
struct ConcurrentActivityTests {
    @Test func `counters stay correct while twenty people act concurrently`() async throws {
        try await TestSite.with { site in
            let names = (0..<20).map { "person\($0)" }
            let clients = try await names.asyncMap { name -> APIClient in
                let viewer = try await site.test.member(name)
                let token = try await site.test.community.credentials.createToken(
                    name: "x", scopes: .all, by: viewer)
                return APIClient(site: site, token: token.secret.text)
            }
            var posts: [String] = []
            for client in clients { posts.append(try await client.post("hello #tag @person1").id) }
            let createdPosts = posts
            await withTaskGroup(of: Void.self) { group in
                for (number, client) in clients.enumerated() {
                    group.addTask { await act(as: client, number: number, names: names, posts: createdPosts) }
                }
            }
            #expect(try await site.test.community.maintenance.recount() == 0)
            let report = try await site.test.community.maintenance.run()
            #expect(report.straysMovedAside == 0 && report.refusal == nil)
        }
    }

    private func act(as client: APIClient, number: Int, names: [String], posts: [String]) async {
        var random = SeededRandom(seed: UInt64(number))
        var comments: [String] = []
        for _ in 0..<250 {
            let post = posts[Int.random(in: 0..<posts.count, using: &random)]
            let name = names[Int.random(in: 0..<names.count, using: &random)]
            let (method, path, json): (HTTPRequest.Method, String, String?) =
                switch Int.random(in: 0..<16, using: &random) {
                case 0, 1: (.post, "/api/posts/\(post)/like", nil)
                case 2: (.delete, "/api/posts/\(post)/like", nil)
                case 3, 4: (.post, "/api/users/\(name)/follow", nil)
                case 5: (.delete, "/api/users/\(name)/follow", nil)
                case 6, 7: (.post, "/api/posts/\(post)/comments", #"{"text": "hi @\#(name)"}"#)
                case 8: (.delete, "/api/comments/\(comments.popLast() ?? "1")", nil)
                case 9: (.post, "/api/comments/\(comments.last ?? "1")/like", nil)
                case 10: (.post, "/api/posts/\(post)/save", nil)
                case 11: (.post, "/api/users/\(name)/block", nil)
                case 12: (.delete, "/api/users/\(name)/block", nil)
                case 13: (.get, "/api/posts", nil)
                case 14: (.get, "/api/notifications", nil)
                default: (.put, "/api/profile", #"{"isPrivate": \#(Bool.random(using: &random))}"#)
                }
            do {
                let response = try await client.send(method, path, json: json)
                #expect(response.status.code < 500, "\(method) \(path): \(response.text)")
                if path.hasSuffix("/comments"), let id = response.json["id"] as? String {
                    comments.append(id)
                }
            } catch {
                Issue.record(error)
            }
        }
    }
}
