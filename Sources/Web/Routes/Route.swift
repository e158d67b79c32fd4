import Core
import HTTPTypes
import Hummingbird

/// A route of the site: its path, its requirements and its handler.
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
/// The requirements are part of the route and are checked before its handler runs, in this order: the access,
/// the scope of the token, and the route's own rate limits. The general limits of ``RateLimiting`` are
/// checked first.
package struct Route: Sendable {
    package typealias Handler<Context> = @Sendable (Request, Context) async throws -> Response
    package typealias Middleware = any MiddlewareProtocol<Request, Response, WebContext>

    /// Who may use a route.
    package enum Audience: Sendable, Equatable {
        /// Everyone. Requests are not authenticated.
        case unauthenticated
        /// Members and visitors.
        case anyone
        /// Members: requests with a session or a token.
        case member
    }

    /// The format of a route's errors.
    package enum ErrorStyle: Sendable {
        /// `application/problem+json`, for programs.
        case json
        /// A page, for people.
        case page
    }

    package let method: HTTPRequest.Method
    package fileprivate(set) var path: RouterPath
    package let audience: Audience
    /// Whether a route for members redirects visitors to the sign-in page.
    package let redirectsVisitors: Bool
    /// Whether visitors are served while the server is at full capacity.
    package let isServedAtCapacity: Bool
    /// The scopes that a token must have.
    package let scope: Credential.Scopes
    /// The rate limits of every request, in addition to the general ones.
    package let limits: [RateLimits.Kind]
    /// The additional rate limits of a multipart request, which may contain files.
    package let multipartLimits: [RateLimits.Kind]
    /// Whether knowing the path is enough to get access. Logs contain the route's template instead.
    package let hasSecretPath: Bool
    package fileprivate(set) var errors = ErrorStyle.page
    /// The middleware that runs after the general limits and before the requirements are checked.
    fileprivate(set) var middleware: [Middleware] = []
    private let checkedHandler: @Sendable (Request, WebContext, RateLimiter) async throws -> Response

    /// Routes are created with the functions below, one for each method.
    private init<Context>(
        _ method: HTTPRequest.Method, _ path: RouterPath, _ access: Access<Context>,
        _ scope: Credential.Scopes,
        _ limits: [RateLimits.Kind], _ multipartLimits: [RateLimits.Kind], _ hasSecretPath: Bool,
        _ handler: @escaping Handler<Context>
    ) {
        self.method = method
        self.path = path
        audience = access.audience
        redirectsVisitors = access.redirectsVisitors
        isServedAtCapacity = access.isServedAtCapacity
        self.scope = scope
        self.limits = limits
        self.multipartLimits = multipartLimits
        self.hasSecretPath = hasSecretPath
        checkedHandler = { request, context, limiter in
            guard let handlerContext = access.makeContext(context) else {
                guard access.redirectsVisitors else { throw Problem.signInRequired }
                return .seeOther("/login")
            }
            if let viewer = context.viewer, !viewer.credential.scopes.isSuperset(of: scope) {
                let required = scope.names.joined(separator: " and ")
                throw Problem(.forbidden, "The token needs the scope \(required) for this.")
            }
            for kind in limits { try limiter.take(kind, kind.key(of: context)) }
            if !multipartLimits.isEmpty, request.mediaType == "multipart/form-data" {
                for kind in multipartLimits { try limiter.take(kind, kind.key(of: context)) }
            }
            return try await handler(request, handlerContext)
        }
    }

    /// Responds to a request for this route.
    func respond(to request: Request, _ context: WebContext, limiter: RateLimiter) async throws -> Response {
        try await checkedHandler(request.requestingBodyOnRead(in: context), context, limiter)
    }
}

extension Route {
    /// Who may use a route, and the context that its handler receives. It has no default: a route without an
    /// access does not compile.
    package struct Access<Context: Sendable>: Sendable {
        fileprivate let audience: Audience
        fileprivate var redirectsVisitors = false
        fileprivate var isServedAtCapacity = false
        /// Creates the context of the handler; nil if the access is denied.
        fileprivate let makeContext: @Sendable (WebContext) -> Context?
    }
}

extension Route.Access where Context == WebContext {
    /// Members and visitors. The context has a viewer if the request comes from a member.
    package static var anyone: Self { Self(audience: .anyone) { $0 } }

    /// Everyone, with the same response for all. No cookie or token is read, and the general rate limits do
    /// not apply.
    package static var unauthenticated: Self { Self(audience: .unauthenticated) { $0 } }

    /// Like ``unauthenticated``, also for visitors while the server is at full capacity: health checks.
    package static var monitoring: Self {
        Self(audience: .unauthenticated, isServedAtCapacity: true) { $0 }
    }
}

extension Route.Access where Context == MemberContext {
    /// Members. Visitors get a response with status 401.
    package static var member: Self { Self(audience: .member) { MemberContext($0) } }

    /// Members. Visitors are redirected to the sign-in page.
    package static var memberOrSignIn: Self {
        Self(audience: .member, redirectsVisitors: true) { MemberContext($0) }
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
    /// Returns the routes with a path prefix and an error format.
    package func prefixed(with prefix: RouterPath, errors: Route.ErrorStyle) -> [Route] {
        map { route in
            var route = route
            route.path = prefix.appendingPath(route.path)
            route.errors = errors
            return route
        }
    }

    /// Returns the routes with an additional middleware.
    package func adding(_ middleware: Route.Middleware) -> [Route] {
        map { route in
            var route = route
            route.middleware.append(middleware)
            return route
        }
    }
}
