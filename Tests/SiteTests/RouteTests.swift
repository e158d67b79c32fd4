import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestSupport
import Testing

@testable import App
@testable import Web

/// The router behaves as the list of routes declares.
struct RouteTests {
    /// Returns the path of a route with a value for each parameter.
    private func path(_ route: Route) -> String {
        route.path.description.replacing(#/\{[a-z]+\}/#, with: "1")
    }

    private func application(_ site: TestSite) throws -> SiteApplication {
        let origin = Site(baseURL: "http://localhost")
        return SiteApplication(
            community: site.test.community, site: try #require(origin), uploads: site.test.uploads,
            logger: QuietLogHandler.logger("routes"))
    }

    @Test func `the router has exactly the listed routes`() async throws {
        try await TestSite.with { site in
            let live = try application(site).router.routes.map { "\($0.method) \($0.path)" }
            let listed = site.routes.map { "\($0.method) \($0.path)" }
            #expect(live.sorted() == listed.sorted() && listed.count > 100)
        }
    }

    @Test func `the OpenAPI document has every API route, and no path begins with a possible username`()
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

    @Test func `a visitor gets 401 or the sign-in page on every member route`() async throws {
        try await TestSite.with { site in
            let visitor = APIClient(site: site, token: nil)
            for route in site.routes where route.audience == .member {
                let response = try await visitor.send(
                    route.method, path(route), json: route.method == .get ? nil : "{}")
                if route.redirectsVisitors {
                    #expect(
                        response.status == .seeOther && response.headers[.location] == "/login",
                        "\(route.path)")
                } else {
                    #expect(
                        response.status == .unauthorized && response.headers[.wwwAuthenticate] == "Bearer",
                        "\(route.path)")
                }
            }
        }
    }

    @Test func `a token opens no route outside its scopes, and no route after it is revoked or has expired`()
        async throws
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
            for route in site.routes where route.audience != .unauthenticated {
                let (path, json) = (path(route), route.method == .get ? nil : "{}")
                let old = try await APIClient(site: site, token: revoked.text).send(
                    route.method, path, json: json)
                #expect(old.status == .unauthorized, "\(route.method) \(route.path)")
                #expect(
                    route.scope == (route.method == .get ? .read : .write),
                    "reads need the scope read, and writes the scope write")
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

    @Test func `errors have the declared format, with every spelling of the path`() async throws {
        try await TestSite.with { site in
            let ada = try await site.test.member("ada")
            let credentials = site.test.community.credentials
            let reading = try await credentials.createToken(name: "x", scopes: .read, by: ada).secret
            let writing = try await credentials.createToken(name: "x", scopes: .write, by: ada).secret
            for route in site.routes where route.audience != .unauthenticated {
                let type = route.errors == .json ? "application/problem+json" : "text/html; charset=utf-8"
                for path in [path(route), "/" + path(route), path(route) + "/"] {
                    // An invalid token fails before the viewer is identified, and a missing scope after it.
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

    @Test func `routes without a viewer ignore credentials and set no cookies`() async throws {
        try await TestSite.with { site in
            let visitor = APIClient(site: site, token: "none")
            for route in site.routes where route.audience == .unauthenticated && !route.hasSecretPath {
                let response = try await visitor.send(route.method, route.path.description)
                #expect(
                    response.status != .unauthorized, "an invalid token is ignored: \(route.path)")
                #expect(response.headers[values: .setCookie].isEmpty, "\(route.path)")
            }
        }
    }

    @Test func `the OpenAPI document has the scope and the limits of an operation`() async throws {
        try await TestSite.with { site in
            let document = try await APIClient(site: site, token: nil).send(.get, "/api/openapi.json").json
            let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
            let publish = try #require(paths["/posts"]?["post"])
            #expect(publish["security"] as? [[String: [String]]] == [["token": ["write"]]])
            #expect(
                publish["description"] as? String == """
                    Rate limits: posts by one account; uploads by one account, if the request contains photos.
                    """)
            let explore = try #require(paths["/explore"]?["get"])
            #expect(explore["security"] as? [[String: [String]]] == [[:], ["token": ["read"]]])
            #expect(explore["description"] == nil)
        }
    }
}
