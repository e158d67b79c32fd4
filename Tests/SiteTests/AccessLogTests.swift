import Foundation
import HTTPTypes
import HummingbirdTesting
import TestSupport
import Testing
import Web

/// What the access log may contain.
struct AccessLogTests {
    @Test func `the paths of Ada's photos and uploads are not in the access log`() async throws {
        let log = RecordedLog()
        try await TestSite.with(logger: log.logger) { site in
            let ada = try await site.apiClient("ada")
            let post = try await ada.post()
            let file = try #require(site.test.storedFiles.first { $0.hasSuffix("thumb.jpg") })
            let secret = try #require(file.split(separator: "/").dropFirst().first.map(String.init))
            let cat = try Fixtures.bytes("cat.jpg")
            let request = #"{"contentType": "image/jpeg", "byteCount": \#(cat.count)}"#
            let offer = try await ada.send(.post, "/api/uploads/presigned-url", json: request)
            let upload = try #require(
                (offer.json["url"] as? String)?.split(separator: "/").last.map(String.init))

            let client = site.client
            func send(_ method: HTTPRequest.Method, _ path: String) async throws -> HTTPResponse.Status {
                try await client.execute(uri: path, method: method) { $0.status }
            }
            for path in ["/media/\(file)", "//media/\(file)", "/media//\(file)/", "/%6Dedia/\(file)"] {
                #expect(try await send(.get, path) == .ok, "\(path)")
                #expect(try await send(.head, path) == .ok, "\(path)")
            }
            for path in ["/media/\(file)/x", "/media/\(secret)", "/%4DEDIA/\(file)", "/MEDIA/\(file)"] {
                #expect(try await send(.get, path) == .notFound, "\(path)")
            }
            let encoded = secret.utf8.map { "%" + String($0, radix: 16) }.joined()
            for path in [
                "/./media/x/\(secret)", "/x/../media/x/\(secret)", "/media;v=1/x/\(secret)",
                "/media%2fx%2f\(secret)",
                "/media%5Cx/\(secret)", "/media\\x/\(secret)", "/%256dedia/x/\(encoded)",
                "/%zz/..%2fmedia/\(secret)",
                "/elsewhere/media/x/\(secret)", "/media%20/\(secret)", "/media%00/\(secret)",
            ] {
                #expect(try await send(.get, path) == .notFound, "\(path)")
            }
            #expect(
                !log.text.contains(encoded) && !log.text.contains(secret)
                    && log.text.contains("GET /media/… 404"))
            #expect(try await send(.post, "/media/\(file)") == .methodNotAllowed)
            #expect(try await send(.get, "/api/uploads/\(upload)/x") == .notFound)
            for path in ["/api//uploads/\(upload)", "/api/uploads/\(upload)"] {
                #expect(try await send(.get, path) == .methodNotAllowed, "\(path)")
            }
            #expect(try await ada.upload("/api/uploads/\(upload)", [.file("file", cat)]).status == .noContent)
            #expect(try await ada.send(.get, "/api/posts/\(post.id)?q=words").status == .ok)

            #expect(secret.count == 32 && upload.count >= 22)
            #expect(!log.text.contains(secret) && !log.text.contains(upload))
            for line in [
                "GET /media/{folder}/{photo}/{name} 200", "POST /media/… 405",
                "POST /api/uploads/{upload} 204",
                "GET /api/uploads/… 404", "GET /api/uploads/… 405", "GET /api/posts/\(post.id) 200",
            ] { #expect(log.text.contains(line), "\(line)") }
            #expect(!log.text.contains("words"))
        }
    }
}
