import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestSupport
import Testing

@testable import App
@testable import Web

/// What the list of routes says of each route is what the live router does.
struct RouteTests {
    /// A route's path with something in the place of its parameters.
    private func path(_ route: Route) -> String {
        route.path.description.replacing(#/\{[a-z]+\}/#, with: "1")
    }

    private func application(_ site: TestSite) throws -> SiteApplication {
        let origin = Site(baseURL: "http://localhost")
        return SiteApplication(
            community: site.test.community, site: try #require(origin), uploads: site.test.uploads,
            logger: QuietLog.logger("routes"))
    }

    @Test func `the router has the routes of the list and no others`() async throws {
        try await TestSite.with { site in
            let live = try application(site).router.routes.map { "\($0.method) \($0.path)" }
            let listed = site.routes.map { "\($0.method) \($0.path)" }
            #expect(live.sorted() == listed.sorted() && listed.count > 100)
        }
    }

    @Test func `the description names every route of the API, and no path begins with a username`()
        async throws
    {
        try await TestSite.with { site in
            let live = site.routes.filter { $0.errors == .json }
                .map { "\($0.method.rawValue) \($0.path.description.dropFirst("/api".count))" }
            #expect(site.schema.operations == Set(live))
            for route in site.routes {
                let first = route.path.first?.description ?? ""
                guard !first.isEmpty, !first.hasPrefix("{") else { continue }
                #expect(
                    Username.reserved.contains(first) || Username.fault(in: first) != nil, "\(route.path)")
            }
        }
    }

    @Test func `a stranger comes to no route of members`() async throws {
        try await TestSite.with { site in
            let visitor = APIClient(site: site, token: nil)
            for route in site.routes where route.audience == .member {
                let response = try await visitor.send(
                    route.method, path(route), json: route.method == .get ? nil : "{}")
                if route.redirectsStrangers {
                    #expect(
                        response.status == .seeOther && response.headers[.location] == "/login", "\(route.path)")
                } else {
                    #expect(
                        response.status == .unauthorized && response.headers[.wwwAuthenticate] == "Bearer",
                        "\(route.path)")
                }
            }
        }
    }

    @Test func `a token opens no route whose scope it lacks, and none at all when it has ended`() async throws
    {
        try await TestSite.with { site in
            let credentials = site.test.community.credentials
            let ada = try await site.test.member("ada")
            func token(_ scopes: Credential.Scopes) async throws -> Secret {
                try await credentials.createToken(name: "x", scopes: scopes, by: ada).secret
            }
            let (revoked, reading, writing) = (
                try await token(.all), try await token(.read), try await token(.write)
            )
            #expect(try await credentials.revoke(revoked))
            for route in site.routes where route.audience != .unidentified {
                let (path, json) = (path(route), route.method == .get ? nil : "{}")
                let old = try await APIClient(site: site, token: revoked.text).send(
                    route.method, path, json: json)
                #expect(old.status == .unauthorized, "\(route.method) \(route.path)")
                #expect(
                    route.scope == (route.method == .get ? .read : .write),
                    "no route has a scope of its own yet")
                let (other, name) = route.scope == .read ? (writing, "read") : (reading, "write")
                let lacking = try await APIClient(site: site, token: other.text).send(
                    route.method, path, json: json)
                #expect(
                    lacking.status == .forbidden && lacking.text.contains("scope \(name)"),
                    "\(route.method) \(route.path)")
            }
            site.test.time.advance(by: Credential.Kind.token.lifetime + 1)
            #expect(
                try await APIClient(site: site, token: reading.text).send(.get, "/api/me").status
                    == .unauthorized)
        }
    }

    @Test func `errors look as the route says, however its path is spelled`() async throws {
        try await TestSite.with { site in
            let ada = try await site.test.member("ada")
            let credentials = site.test.community.credentials
            let reading = try await credentials.createToken(name: "x", scopes: .read, by: ada).secret
            let writing = try await credentials.createToken(name: "x", scopes: .write, by: ada).secret
            for route in site.routes where route.audience != .unidentified {
                let type = route.errors == .json ? "application/problem+json" : "text/html; charset=utf-8"
                for path in [path(route), "/" + path(route), path(route) + "/"] {
                    // No token of ours, and one without the scope: before and after it is known who asks.
                    for token in ["none", route.scope == .read ? writing.text : reading.text] {
                        let headers: HTTPFields = [.authorization: "Bearer \(token)"]
                        let response = try await site.client.execute(
                            uri: path, method: route.method, headers: headers
                        ) { SiteResponse($0) }
                        #expect(
                            response.status.code >= 400 && response.headers[.contentType] == type,
                            "\(route.method) \(path)")
                    }
                }
            }
            let visitor = APIClient(site: site, token: nil)
            #expect(
                try await visitor.send(.get, "/api/nowhere").headers[.contentType]
                    == "application/problem+json")
            #expect(
                try await visitor.send(.get, "/no/such/page").headers[.contentType]?.hasPrefix("text/html")
                    == true)
        }
    }

    @Test func `what is the same for everybody is answered to everybody`() async throws {
        try await TestSite.with { site in
            let visitor = APIClient(site: site, token: "none")
            for route in site.routes where route.audience == .unidentified && !route.hasSecretPath {
                let response = try await visitor.send(route.method, route.path.description)
                #expect(
                    response.status != .unauthorized, "a token that is none is not looked at: \(route.path)")
                #expect(response.headers[values: .setCookie].isEmpty, "\(route.path)")
            }
        }
    }

    @Test func `the description says which scope and which limits an operation has`() async throws {
        try await TestSite.with { site in
            let document = try await APIClient(site: site, token: nil).send(.get, "/api/openapi.json").json
            let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
            let publish = try #require(paths["/posts"]?["post"])
            #expect(publish["security"] as? [[String: [String]]] == [["token": ["write"]]])
            #expect(
                publish["description"] as? String
                    == "Limited: posts of one account; uploads of one account, where the request brings photos."
            )
            let explore = try #require(paths["/explore"]?["get"])
            #expect(explore["security"] as? [[String: [String]]] == [[:], ["token": ["read"]]])
            #expect(explore["description"] == nil)
        }
    }
}
