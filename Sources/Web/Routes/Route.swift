import Core
import HTTPTypes
import Hummingbird

/// One route of the site: where it is, what it needs, and what handles it.
///
/// ```swift
/// var routes: [Route] {
///     [
///         .get("posts/{id}", .anyone, use: show),
///         .post("posts", .member, limits: [.posts], use: publish),
///     ]
/// }
/// ```
///
/// A route's needs are written where it is listed and checked before its handler runs, in this order: who may
/// come, what their token may do, the route's own limits. The general limits of ``RateLimiting`` come before.
package struct Route: Sendable {
    package typealias Handler<Context> = @Sendable (Request, Context) async throws -> Response
    package typealias Middleware = any MiddlewareProtocol<Request, Response, WebContext>

    /// Who may come.
    package enum Audience: Sendable, Equatable {
        /// Everybody, and nobody is asked who they are.
        case unidentified
        /// Strangers too.
        case anyone
        /// Whoever is signed in or sends a token.
        case member
    }

    /// How a route's errors look.
    package enum ErrorStyle: Sendable {
        /// `application/problem+json`, for programs.
        case json
        /// A page, for people.
        case page
    }

    package let method: HTTPRequest.Method
    package fileprivate(set) var path: RouterPath
    package let audience: Audience
    /// Whether a stranger is sent to the sign-in page, where a member is needed.
    package let redirectsStrangers: Bool
    /// What a token must be allowed to do.
    package let scope: Credential.Scopes
    /// The limits that every request counts against, besides the general ones.
    package let limits: [RateLimits.Kind]
    /// The limits that a request with files in its form counts against besides.
    package let multipartLimits: [RateLimits.Kind]
    /// Whether the path is itself a permission: logs hold the route's template in its place.
    package let hasSecretPath: Bool
    package fileprivate(set) var errors = ErrorStyle.page
    /// What runs once the general limits are passed, before the route's needs are checked.
    fileprivate(set) var middleware: [Middleware] = []
    private let checkedHandler: @Sendable (Request, WebContext, RateLimiter) async throws -> Response

    /// The functions below, one for each method, are how routes are listed.
    private init<Context>(
        _ method: HTTPRequest.Method, _ path: RouterPath, _ access: Access<Context>,
        _ scope: Credential.Scopes,
        _ limits: [RateLimits.Kind], _ multipartLimits: [RateLimits.Kind], _ hasSecretPath: Bool,
        _ handler: @escaping Handler<Context>
    ) {
        self.method = method
        self.path = path
        audience = access.audience
        redirectsStrangers = access.redirectsStrangers
        self.scope = scope
        self.limits = limits
        self.multipartLimits = multipartLimits
        self.hasSecretPath = hasSecretPath
        checkedHandler = { request, context, limiter in
            guard let admitted = access.admit(context) else {
                guard access.redirectsStrangers else { throw Problem.signInNeeded }
                return .seeOther("/login")
            }
            if let viewer = context.viewer, !viewer.credential.scopes.isSuperset(of: scope) {
                let missing = scope.names.joined(separator: " and ")
                throw Problem(.forbidden, "This token may not do this: it lacks the scope \(missing).")
            }
            for kind in limits { try limiter.take(kind, kind.key(of: context)) }
            if !multipartLimits.isEmpty, request.mediaType == "multipart/form-data" {
                for kind in multipartLimits { try limiter.take(kind, kind.key(of: context)) }
            }
            return try await handler(request, admitted)
        }
    }

    /// Answers a request that came to this route.
    func answer(_ request: Request, _ context: WebContext, limiter: RateLimiter) async throws -> Response {
        try await checkedHandler(request.askingForBody(in: context), context, limiter)
    }
}

extension Route {
    /// Who may come to a route, and what its handler is told about them. It has no default: a route that does
    /// not say who may come does not compile.
    package struct Access<Context: Sendable>: Sendable {
        fileprivate let audience: Audience
        fileprivate var redirectsStrangers = false
        /// The context of the handler; nil where whoever asks may not come.
        fileprivate let admit: @Sendable (WebContext) -> Context?
    }
}

extension Route.Access where Context == WebContext {
    /// Anybody. The handler's context has a viewer where somebody is signed in.
    package static var anyone: Self { Self(audience: .anyone) { $0 } }

    /// Anybody, and the answer is the same for everybody: no cookie or token is read, and no request is counted.
    package static var unidentified: Self { Self(audience: .unidentified) { $0 } }
}

extension Route.Access where Context == MemberContext {
    /// Members; a stranger is answered with 401.
    package static var member: Self { Self(audience: .member) { MemberContext($0) } }

    /// Members; a stranger is sent to the sign-in page.
    package static var memberOrSignIn: Self {
        Self(audience: .member, redirectsStrangers: true) { MemberContext($0) }
    }
}

extension Route {
    package static func get<Context>(
        _ path: RouterPath, _ access: Access<Context>, scope: Credential.Scopes = .read,
        limits: [RateLimits.Kind] = [], hasSecretPath: Bool = false, use handler: @escaping Handler<Context>
    ) -> Route {
        Route(.get, path, access, scope, limits, [], hasSecretPath, handler)
    }

    package static func post<Context>(
        _ path: RouterPath, _ access: Access<Context>, scope: Credential.Scopes = .write,
        limits: [RateLimits.Kind] = [], multipartLimits: [RateLimits.Kind] = [], hasSecretPath: Bool = false,
        use handler: @escaping Handler<Context>
    ) -> Route {
        Route(.post, path, access, scope, limits, multipartLimits, hasSecretPath, handler)
    }

    package static func put<Context>(
        _ path: RouterPath, _ access: Access<Context>, scope: Credential.Scopes = .write,
        limits: [RateLimits.Kind] = [], hasSecretPath: Bool = false, use handler: @escaping Handler<Context>
    ) -> Route {
        Route(.put, path, access, scope, limits, [], hasSecretPath, handler)
    }

    package static func patch<Context>(
        _ path: RouterPath, _ access: Access<Context>, scope: Credential.Scopes = .write,
        limits: [RateLimits.Kind] = [], hasSecretPath: Bool = false, use handler: @escaping Handler<Context>
    ) -> Route {
        Route(.patch, path, access, scope, limits, [], hasSecretPath, handler)
    }

    package static func delete<Context>(
        _ path: RouterPath, _ access: Access<Context>, scope: Credential.Scopes = .write,
        limits: [RateLimits.Kind] = [], hasSecretPath: Bool = false, use handler: @escaping Handler<Context>
    ) -> Route {
        Route(.delete, path, access, scope, limits, [], hasSecretPath, handler)
    }
}

extension [Route] {
    /// The same routes below a prefix, with errors in that style.
    package func below(_ prefix: RouterPath, errors: Route.ErrorStyle) -> [Route] {
        map { route in
            var route = route
            route.path = prefix.appendingPath(route.path)
            route.errors = errors
            return route
        }
    }

    /// The same routes, each with `middleware` before it.
    package func through(_ middleware: Route.Middleware) -> [Route] {
        map { route in
            var route = route
            route.middleware.append(middleware)
            return route
        }
    }
}
