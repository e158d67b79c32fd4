/// Reads values from the XML of S3 responses. The structure is known, and the elements have no attributes or
/// comments.
enum XMLText {
    /// Returns the contents of all elements `<name>…</name>`.
    static func values(of name: String, in text: some StringProtocol) -> [String] {
        var rest = Substring(text)
        var values: [String] = []
        while let start = rest.firstRange(of: "<\(name)>"),
            let end = rest[start.upperBound...].firstRange(of: "</\(name)>")
        {
            values.append(unescaped(rest[start.upperBound..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        return values
    }

    private static let entities = [
        ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&apos;", "'"), ("&amp;", "&"),
    ]

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    private static func unescaped(_ text: Substring) -> String {
        // Most texts have no entities. “&amp;” must be replaced last.
        guard text.contains("&") else { return String(text) }
        return entities.reduce(String(text)) { $0.replacing($1.0, with: $1.1) }
    }
}
