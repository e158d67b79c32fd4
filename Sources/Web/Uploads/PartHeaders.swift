import Core

/// The headers of a part.
struct PartHeaders {
    let name: String
    /// The file name from the client, which must never become a path on the server. Nil if the part is not a
    /// file.
    let fileName: String?

    init(_ lines: String) throws(MultipartError) {
        var disposition: HeaderParameters?
        for line in lines.split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else {
                throw .malformed("a header of a part has no colon")
            }
            let value = String(line[line.index(after: colon)...])
            switch line[..<colon].lowercased() {
            case "content-disposition": disposition = HeaderParameters(value)
            case "content-type" where HeaderParameters(value).value.hasPrefix("multipart/"):
                throw .malformed("a part contains a nested multipart body")
            default: break
            }
        }
        guard let disposition, disposition.value == "form-data", let name = disposition["name"] else {
            throw .malformed("a part has no name")
        }
        self.name = name
        fileName = disposition["filename"] ?? disposition["filename*"]
    }
}

/// A header's value and its parameters: `form-data; name="caption"` (RFC 9110 §5.6.6).
struct HeaderParameters {
    /// The value without parameters, in lower case.
    let value: String
    private var parameters: [String: String] = [:]

    subscript(_ name: String) -> String? { parameters[name] }

    init(_ text: String) {
        var rest = text[...]
        value = Self.token(&rest, until: ";").lowercased()
        while rest.first == ";" {
            rest.removeFirst()
            let name = Self.token(&rest, until: "=;").lowercased()
            guard rest.first == "=" else { continue }
            rest.removeFirst()
            let value = rest.first == "\"" ? Self.quoted(&rest) : Self.token(&rest, until: ";")
            // Of parameters with the same name, the first one counts.
            if parameters[name] == nil { parameters[name] = value }
        }
    }

    private static func token(_ rest: inout Substring, until delimiters: String) -> String {
        let token = rest.prefix { !delimiters.contains($0) }
        rest = rest[token.endIndex...]
        return token.trimmed
    }

    private static func quoted(_ rest: inout Substring) -> String {
        rest.removeFirst()
        var value = ""
        while let character = rest.popFirst(), character != "\"" {
            if character == "\\", let next = rest.first, next == "\"" || next == "\\" {
                value.append(next)
                rest.removeFirst()
            } else {
                value.append(character)
            }
        }
        rest = rest.drop { $0 != ";" }
        return value
    }
}
