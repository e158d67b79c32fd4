/// A fragment of a page. It is written as HTML in a string literal, and interpolated values are escaped:
///
/// ```swift
/// func card(_ post: Post) -> HTML { """
///     <article id="post-\(post.id)"><p>\(post.caption)</p></article>
///     """ }
/// ```
///
/// Another `HTML` value is inserted unchanged. Always quote attributes, insert URLs with `\(url:)`, and
/// insert nothing into `<script>` or `<style>`.
package struct HTML: ExpressibleByStringInterpolation, Sendable {
    /// The markup as the UTF-8 bytes that are sent. Appending to bytes needs no new validation.
    package private(set) var bytes: [UInt8]

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Creates markup from a string literal. Only the compiler may call this.
    package init(stringLiteral markup: String) { bytes = Array(markup.utf8) }

    package init(stringInterpolation: StringInterpolation) { bytes = stringInterpolation.bytes }

    /// No markup.
    package static let nothing: HTML = ""

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var bytes: [UInt8] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            bytes.reserveCapacity(literalCapacity + interpolationCount * 48)
        }

        package mutating func appendLiteral(_ literal: String) { bytes.append(contentsOf: literal.utf8) }

        /// Inserts text, escaped for use between tags and in quoted attributes.
        package mutating func appendInterpolation(_ value: String) { Escaping.append(value, to: &bytes) }

        package mutating func appendInterpolation(_ value: Substring) {
            Escaping.append(String(value), to: &bytes)
        }

        package mutating func appendInterpolation(_ value: some BinaryInteger) {
            bytes.append(contentsOf: String(value).utf8)
        }

        /// Inserts markup unchanged.
        package mutating func appendInterpolation(_ value: HTML) { bytes += value.bytes }

        /// Inserts markup, or nothing if it is nil.
        package mutating func appendInterpolation(_ value: HTML?) { if let value { bytes += value.bytes } }

        /// Inserts fragments one after the other.
        package mutating func appendInterpolation(_ fragments: some Sequence<HTML>) {
            for fragment in fragments { bytes += fragment.bytes }
        }

        /// Inserts markup if `condition` is true. Otherwise the value is not evaluated.
        package mutating func appendInterpolation(when condition: Bool, _ value: @autoclosure () -> HTML) {
            if condition { bytes += value().bytes }
        }

        /// Inserts a URL for `href`, `src` or `action`. An unsafe URL, such as one that runs code, becomes
        /// `#`.
        package mutating func appendInterpolation(url value: String) {
            Escaping.append(LinkURL.isSafe(value) ? value : "#", to: &bytes)
        }

        /// Does not compile: an optional string would be shown as “Optional(…)”.
        @available(*, unavailable, message: "provide a value for nil, for example with ??")
        package mutating func appendInterpolation(_ value: String?) {}
    }
}

extension Sequence<HTML> {
    /// Returns the fragments as one.
    package func joined() -> HTML { "\(self)" }
}
