import Encodings
import Hummingbird

/// Passes requests to the router with normalized paths, so that equivalent paths reach the same route, with
/// the same access and the same limits.
package struct NormalizedPaths<Router: HTTPResponder>: HTTPResponder {
    package typealias Context = Router.Context
    private let router: Router

    package init(before router: Router) { self.router = router }

    package func respond(to request: Request, context: Context) async throws -> Response {
        guard let path = request.head.path, let normalized = PathNormalization.normalized(path) else {
            return try await router.respond(to: request, context: context)
        }
        var head = request.head
        head.path = normalized
        return try await router.respond(to: Request(head: head, body: request.body), context: context)
    }
}

/// Decodes the characters of a path that mean the same with and without percent-encoding: letters, digits,
/// “-”, “.”, “_” and “~” (RFC 3986 §2.3, §6.2.2.2).
enum PathNormalization {
    /// Returns the target of a request with a normalized path and an unchanged query. Returns nil if the path
    /// is normal already. A path with an incomplete escape stays as it is, so that a second reading cannot
    /// understand it differently.
    static func normalized(_ target: String) -> String? {
        let bytes = target.utf8
        guard let first = bytes.firstIndex(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "?") }),
            bytes[first] == UInt8(ascii: "%")
        else { return nil }
        let end = bytes[first...].firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
        var result = Array(bytes[..<first])
        result.reserveCapacity(bytes.count)
        var isChanged = false
        var rest = bytes[first..<end]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            guard let firstDigit = rest.popFirst(), let high = firstDigit.hexDigitValue,
                let secondDigit = rest.popFirst(), let low = secondDigit.hexDigitValue
            else { return nil }
            let character = high << 4 | low
            if isUnreserved(character) {
                result.append(character)
                isChanged = true
            } else {
                result.append(contentsOf: [byte, firstDigit, secondDigit])
            }
        }
        guard isChanged else { return nil }
        result.append(contentsOf: bytes[end...])
        return String(decoding: result, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
