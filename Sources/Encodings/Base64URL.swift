import Foundation

/// Base 64 with the URL-safe alphabet and without padding (RFC 4648 §5).
package enum Base64URL {
    package static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    package static func encode(_ bytes: [UInt8]) -> String {
        var text = Data(bytes).base64EncodedString()
        text.replace("+", with: "-")
        text.replace("/", with: "_")
        return String(text.prefix { $0 != "=" })
    }

    /// Decodes `text`. Returns nil if it is not the encoding of any bytes.
    package static func decode(_ text: String) -> [UInt8]? {
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        guard let bytes = Data(base64Encoded: standard + padding).map(Array.init) else { return nil }
        // Several texts decode to the same bytes, and only one of them is valid here.
        return encode(bytes) == text ? bytes : nil
    }
}
