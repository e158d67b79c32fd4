import HTTPTypes

/// The addresses through which a request came, as proxies record them: in `X-Forwarded-For`, or in the
/// parameter `for` of `Forwarded` (RFC 7239).
///
/// If a request has both, `X-Forwarded-For` counts. Proxies that write it pass on a `Forwarded` of the client
/// unchanged, so `Forwarded` beside it may be invented.
enum ForwardedAddresses {
    /// Whether the request has one of the two headers.
    static func arePresent(in headers: HTTPFields) -> Bool {
        headers.contains(.xForwardedFor) || headers.contains(.forwarded)
    }

    /// Returns the addresses, the nearest one last. Several header lines are one list. A text that is not an
    /// address stands for a client whose address the proxy does not know or does not tell.
    static func all(in headers: HTTPFields) -> [String] {
        if let text = headers[.xForwardedFor] {
            // Empty elements of a list mean nothing (RFC 9110 §5.6.1.2).
            return text.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }
                .filter { !$0.isEmpty }
        }
        guard let text = headers[.forwarded] else { return [] }
        var parser = ForwardedParser(text)
        // If the list cannot be read, the nearest address is not known.
        return parser.elements() ?? [""]
    }
}

/// Parses a `Forwarded` header (RFC 7239 §4).
private struct ForwardedParser {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    /// Returns the parameter `for` of each element, empty where an element has none. Returns nil if the
    /// header is not valid.
    mutating func elements() -> [String]? {
        var elements: [String] = []
        while !rest.isEmpty {
            guard let element = element() else { return nil }
            if element.hasParameters { elements.append(element.address ?? "") }
            guard rest.isEmpty || take(",") else { return nil }
        }
        return elements
    }

    /// Reads the parameters of one element, up to the comma after it.
    private mutating func element() -> (address: String?, hasParameters: Bool)? {
        var address: String?
        var hasParameters = false
        while true {
            skipWhitespace()
            if rest.isEmpty || rest.first == UInt8(ascii: ",") { return (address, hasParameters) }
            if take(";") { continue }
            let name = token().lowercased()
            guard !name.isEmpty, take("="), let value = value() else { return nil }
            hasParameters = true
            if name == "for" {
                // A parameter must not occur twice (§4).
                guard address == nil else { return nil }
                address = value
            }
            skipWhitespace()
            guard rest.isEmpty || rest.first == UInt8(ascii: ",") || take(";") else { return nil }
        }
    }

    private mutating func value() -> String? {
        rest.first == UInt8(ascii: "\"") ? quotedText() : token()
    }

    /// Reads a quoted string, in which a backslash precedes a literal character (RFC 9110 §5.6.4).
    private mutating func quotedText() -> String? {
        rest = rest.dropFirst()
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let literal = rest.popFirst() else { return nil }
                bytes.append(literal)
            default: bytes.append(byte)
            }
        }
        return nil
    }

    /// Reads up to the next separator. Some proxies do not quote addresses with colons and brackets.
    private mutating func token() -> String {
        let end = rest.firstIndex { " \t,;=\"".utf8.contains($0) } ?? rest.endIndex
        defer { rest = rest[end...] }
        return String(decoding: rest[..<end], as: UTF8.self)
    }

    private mutating func skipWhitespace() {
        rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }
}
