import Core
import Encodings
import HTTPTypes
import Hummingbird

extension Request {
    /// The key in the header `Idempotency-Key`, with or without quotation marks; nil without the header. The
    /// header is that of draft-ietf-httpapi-idempotency-key-header.
    /// - Throws: ``Problem`` of kind `unreadable` if the key is not valid.
    package func idempotencyKey() throws(Problem) -> RequestKey? {
        guard var text = headers[.idempotencyKey] else { return nil }
        if text.count > 1, text.hasPrefix("\""), text.hasSuffix("\"") {
            text = String(text.dropFirst().dropLast())
        }
        return try RequestKey(text)
    }
}

extension Form {
    /// The name of the hidden field with the key of the form.
    package static let keyField = "key"

    /// The key of a form with these contents and its files; nil if the form has none.
    package func key(_ contents: String...) -> RequestKey? {
        try? RequestKey(
            form: self[Self.keyField], contents: contents + files.map { $0.digest.hexadecimal })
    }
}
