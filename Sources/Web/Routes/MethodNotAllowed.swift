import Core
import HTTPTypes
import Hummingbird

/// Answers requests whose path leads to a route, and whose method does not: 405 with the methods that do (RFC 9110
/// §15.5.6), and `OPTIONS` with the same list.
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

        /// Whether the router tries this path before another that matches too: the first difference decides.
        func comes(before other: KnownPath) -> Bool {
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
        guard let path = paths.filter({ $0.matches(segments) }).min(by: { $0.comes(before: $1) }) else {
            return try await next(request, context)
        }
        let allowed = path.methods.union([.options]).map(\.rawValue).sorted().joined(separator: ", ")
        guard request.method != .options else {
            return Response(status: .noContent, headers: [.allow: allowed])
        }
        throw Problem(
            .wrongMethod(allowed: allowed), "This address takes \(allowed), and not \(request.method).")
    }
}
