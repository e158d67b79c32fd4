import HTTPTypes
import TestSupport
import Testing

/// The addresses of a member who has changed the username.
struct FormerUsernameTests {
    @Test func `the former address of a profile leads to the new one, for people and for programs`()
        async throws
    {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let grace = try await site.apiClient("grace")
            #expect(
                try await ada.send(.put, "/api/me/username", json: #"{"username": "countess"}"#).status == .ok
            )
            for (former, current) in [
                ("/ada", "/countess"), ("/ada?after=x", "/countess?after=x"),
                ("/ada/followers", "/countess/followers"), ("/%61da", "/countess"),
            ] {
                let response = try await site.browser.open(former)
                #expect(response.status == .permanentRedirect && response.headers[.location] == current)
                #expect(response.headers[.cacheControl] == "no-store")
            }
            let program = try await grace.send(.get, "/api/users/ada/posts?limit=3")
            #expect(program.status == .permanentRedirect)
            #expect(program.headers[.location] == "/api/users/countess/posts?limit=3")
            let follow = try await grace.send(.post, "/api/users/ada/follow")
            #expect(follow.headers[.location] == "/api/users/countess/follow")
        }
    }

    @Test func `nobody learns the new name of a member who blocks them`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let grace = try await site.apiClient("grace")
            try await ada.send(.post, "/api/users/grace/block")
            try await ada.send(.put, "/api/me/username", json: #"{"username": "countess"}"#)
            #expect(try await grace.send(.get, "/api/users/ada").status == .notFound)
            #expect(try await grace.send(.get, "/api/users/nobody").status == .notFound)
            try await ada.send(.delete, "/api/me", json: #"{"password": "\#(TestCommunity.password)"}"#)
            #expect(try await site.browser.open("/ada").status == .notFound)
        }
    }
}
