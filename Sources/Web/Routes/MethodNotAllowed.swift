import Core
import HTTPTypes
import Hummingbird

/// Responds to requests whose path matches a route but whose method does not: 405 with the allowed methods
/// (RFC 9110 §15.5.6). Responds to `OPTIONS` with the same list.
struct MethodNotAllowed: RouterMiddleware {
    typealias Context = WebContext

    private struct KnownPath {
        /// The fixed segments; nil for a parameter.
        let segments: [String?]
        let methods: Set<HTTPRequest.Method>

        func matches(_ path: [Substring]) -> Bool {
            path.count == segments.count
                && zip(segments, path).allSatisfy { segment, text in segment.map { $0 == text } ?? true }
        }

        /// Whether the router tries this path before another one that also matches: at the first difference,
        /// a fixed segment wins over a parameter.
        func hasPrecedence(over other: KnownPath) -> Bool {
            zip(segments, other.segments).first { ($0 == nil) != ($1 == nil) }.map { $0.0 != nil } ?? false
        }
    }

    private let paths: [KnownPath]

    init(_ routes: [Route]) {
        paths = Dictionary(grouping: routes) { $0.path.description }.values.compactMap { routes in
            guard let path = routes.first?.path else { return nil }
            let segments = path.map(\.description).map { $0.contains("{") ? nil : $0 }
            let methods = Set(routes.map(\.method)).union(
                routes.contains { $0.method == .get } ? [.head] : [])
            return KnownPath(segments: segments, methods: methods)
        }
    }

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let segments = request.uri.path.split(separator: "/")
        let matches = paths.filter { $0.matches(segments) }
        guard let path = matches.min(by: { $0.hasPrecedence(over: $1) }) else {
            return try await next(request, context)
        }
        let allowed = path.methods.union([.options]).map(\.rawValue).sorted().joined(separator: ", ")
        guard request.method != .options else {
            return Response(status: .noContent, headers: [.allow: allowed])
        }
        throw Problem(
            .wrongMethod(allowed: allowed), "This URL supports \(allowed), not \(request.method).")
    }
}
