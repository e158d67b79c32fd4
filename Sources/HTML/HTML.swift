/// A piece of a page. It is written as HTML in a string literal, and whatever is interpolated into it is escaped:
///
/// ```swift
/// func card(_ post: Post) -> HTML { """
///     <article id="post-\(post.id)"><p>\(post.caption)</p></article>
///     """ }
/// ```
///
/// Another `HTML` goes in as it is. Attributes are always quoted, addresses go in as `\(url:)`, and nothing goes
/// into `<script>` or `<style>`.
package struct HTML: ExpressibleByStringInterpolation, Sendable {
    /// The markup.
    package private(set) var text: String

    /// Markup from the source code itself. The compiler calls this for literals; nothing else may.
    package init(stringLiteral markup: String) { text = markup }

    package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// Nothing at all.
    package static let nothing: HTML = ""

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text: String

        package init(literalCapacity: Int, interpolationCount: Int) {
            text = ""
            text.reserveCapacity(literalCapacity + interpolationCount * 48)
        }

        package mutating func appendLiteral(_ literal: String) { text += literal }

        /// Text, escaped so that it stays text between tags and within quoted attributes.
        package mutating func appendInterpolation(_ value: String) { Escaping.append(value, to: &text) }

        package mutating func appendInterpolation(_ value: Substring) { Escaping.append(String(value), to: &text) }

        package mutating func appendInterpolation(_ value: some BinaryInteger) { text += String(value) }

        /// Markup, as it is.
        package mutating func appendInterpolation(_ value: HTML) { text += value.text }

        /// Markup, or nothing.
        package mutating func appendInterpolation(_ value: HTML?) { if let value { text += value.text } }

        /// Pieces one after the other.
        package mutating func appendInterpolation(_ pieces: some Sequence<HTML>) {
            for piece in pieces { text += piece.text }
        }

        /// Markup where `condition` holds; it is not even made where it does not.
        package mutating func appendInterpolation(when condition: Bool, _ value: @autoclosure () -> HTML) {
            if condition { text += value().text }
        }

        /// An address for `href`, `src` or `action`: relative, or of a scheme that runs no code; `#` otherwise.
        package mutating func appendInterpolation(url value: String) {
            Escaping.append(Address.isSafe(value) ? value : "#", to: &text)
        }

        /// An optional text has no meaning in a page: say what stands there when it is nil.
        @available(*, unavailable, message: "say what stands there when it is nil")
        package mutating func appendInterpolation(_ value: String?) {}
    }
}

extension Sequence<HTML> {
    /// The pieces as one.
    package func joined() -> HTML { "\(self)" }
}
