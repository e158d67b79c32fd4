import NIOCore

/// A value that writes itself as JSON.
package protocol JSONWritable {
    func write(to json: inout JSONText)
}

/// JSON being written, straight into the bytes that are sent (RFC 8259).
///
/// A feed of twenty posts is some 1,500 values; an encoder that first makes a tree of them took half of the whole
/// request's time.
package struct JSONText {
    package private(set) var bytes = ByteBuffer()
    /// Whether a comma stands before the next field or item.
    private var needsComma = false

    package init() { bytes.reserveCapacity(8 * 1024) }

    // MARK: - Structure

    /// An object; `fields` adds what is in it.
    package mutating func object(_ fields: (inout JSONText) -> Void) { wrap("{", "}", fields) }

    /// A field of an object.
    package mutating func field(_ name: StaticString, _ value: String) {
        begin(name)
        string(value)
    }

    package mutating func field(_ name: StaticString, _ value: Int) {
        begin(name)
        bytes.writeString(String(value))
    }

    package mutating func field(_ name: StaticString, _ value: Bool) {
        begin(name)
        bytes.writeStaticString(value ? "true" : "false")
    }

    package mutating func field(_ name: StaticString, _ value: some JSONWritable) {
        begin(name)
        needsComma = false
        value.write(to: &self)
        needsComma = true
    }

    package mutating func field(_ name: StaticString, _ items: [some JSONWritable]) {
        begin(name)
        wrap("[", "]") { json in for item in items { json.item(item) } }
    }

    /// A text, or `null`.
    package mutating func field(_ name: StaticString, orNull value: String?) {
        begin(name)
        if let value { string(value) } else { bytes.writeStaticString("null") }
    }

    private mutating func item(_ value: some JSONWritable) {
        if needsComma { bytes.writeInteger(UInt8(ascii: ",")) }
        needsComma = false
        value.write(to: &self)
        needsComma = true
    }

    private mutating func wrap(_ open: StaticString, _ close: StaticString, _ content: (inout JSONText) -> Void) {
        bytes.writeStaticString(open)
        needsComma = false
        content(&self)
        bytes.writeStaticString(close)
        needsComma = true
    }

    /// Names are written in the source: they need no escapes.
    private mutating func begin(_ name: StaticString) {
        bytes.writeStaticString(needsComma ? ",\"" : "\"")
        bytes.writeStaticString(name)
        bytes.writeStaticString("\":")
        needsComma = true
    }

    // MARK: - Text

    private mutating func string(_ value: String) {
        bytes.writeInteger(UInt8(ascii: "\""))
        var value = value
        let isPlain = value.withUTF8 { $0.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") } }
        if isPlain { bytes.writeString(value) } else { escaped(value) }
        bytes.writeInteger(UInt8(ascii: "\""))
    }

    private mutating func escaped(_ value: String) {
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes.writeStaticString("\\\"")
            case UInt8(ascii: "\\"): bytes.writeStaticString("\\\\")
            case UInt8(ascii: "\n"): bytes.writeStaticString("\\n")
            case 0..<0x20:
                bytes.writeStaticString(byte < 0x10 ? "\\u000" : "\\u001")
                bytes.writeString(String(byte & 15, radix: 16))
            default: bytes.writeInteger(byte)
            }
        }
    }
}
