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
    /// The markup, in UTF-8: as it is sent, and appended to without being validated anew.
    package private(set) var bytes: [UInt8]

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Markup from the source code itself. The compiler calls this for literals; nothing else may.
    package init(stringLiteral markup: String) { bytes = Array(markup.utf8) }

    package init(stringInterpolation: StringInterpolation) { bytes = stringInterpolation.bytes }

    /// Nothing at all.
    package static let nothing: HTML = ""

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var bytes: [UInt8] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            bytes.reserveCapacity(literalCapacity + interpolationCount * 48)
        }

        package mutating func appendLiteral(_ literal: String) { bytes.append(contentsOf: literal.utf8) }

        /// Text, escaped so that it stays text between tags and within quoted attributes.
        package mutating func appendInterpolation(_ value: String) { Escaping.append(value, to: &bytes) }

        package mutating func appendInterpolation(_ value: Substring) {
            Escaping.append(String(value), to: &bytes)
        }

        package mutating func appendInterpolation(_ value: some BinaryInteger) {
            bytes.append(contentsOf: String(value).utf8)
        }

        /// Markup, as it is.
        package mutating func appendInterpolation(_ value: HTML) { bytes += value.bytes }

        /// Markup, or nothing.
        package mutating func appendInterpolation(_ value: HTML?) { if let value { bytes += value.bytes } }

        /// Pieces one after the other.
        package mutating func appendInterpolation(_ pieces: some Sequence<HTML>) {
            for piece in pieces { bytes += piece.bytes }
        }

        /// Markup where `condition` holds; it is not even made where it does not.
        package mutating func appendInterpolation(when condition: Bool, _ value: @autoclosure () -> HTML) {
            if condition { bytes += value().bytes }
        }

        /// An address for `href`, `src` or `action`: relative, or of a scheme that runs no code; `#` otherwise.
        package mutating func appendInterpolation(url value: String) {
            Escaping.append(Address.isSafe(value) ? value : "#", to: &bytes)
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
