import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An IP address, for limits and trusted proxies.
///
/// A socket that listens on `::` shows IPv4 clients as IPv4-mapped addresses (`::ffff:192.0.2.1`, RFC 4291
/// §2.5.5.2). Such an address is the IPv4 address.
package struct IPAddress: Sendable, Equatable {
    /// The 4 or 16 bytes of the address.
    let bytes: [UInt8]

    private init(bytes: [UInt8]) {
        let isMapped =
            bytes.count == 16 && bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF
            && bytes[11] == 0xFF
        self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
    }

    /// Parses an address without a port. Returns nil for any other text.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.init(bytes: Array(bytes.prefix(4)))
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            self.init(bytes: bytes)
        } else {
            return nil
        }
    }

    /// Returns nil for the address of a Unix socket.
    init?(_ address: SocketAddress) {
        switch address {
        case .v4(let socket): self.init(bytes: withUnsafeBytes(of: socket.address.sin_addr) { Array($0) })
        case .v6(let socket): self.init(bytes: withUnsafeBytes(of: socket.address.sin6_addr) { Array($0) })
        case .unixDomainSocket: return nil
        }
    }

    /// Parses an address as proxies write it, which may have a port: `192.0.2.1:5678`, `[2001:db8::1]:5678`,
    /// `2001:db8::1`. Returns nil for a name such as `unknown` or `_hidden` (RFC 7239 §6).
    init?(forwarded text: some StringProtocol) {
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let port = text[text.index(after: end)...]
            guard port.isEmpty || port.first == ":" else { return nil }
            self.init(text[text.index(after: text.startIndex)..<end])
        } else if let colon = text.firstIndex(of: ":"), !text[text.index(after: colon)...].contains(":") {
            self.init(text[..<colon])
        } else {
            self.init(text)
        }
    }

    /// The address as RFC 5952 writes it.
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        _ = inet_ntop(family, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether a socket that is bound to the address accepts connections to all addresses of the machine.
    package var isWildcard: Bool { bytes.allSatisfy { $0 == 0 } }

    package var isIPv6: Bool { bytes.count == 16 }

    /// The key that identifies a client for limits: its IPv4 address, or the first 64 bits of its IPv6
    /// address, because one client usually has a whole /64 network.
    var clientKey: String {
        bytes.prefix(bytes.count == 16 ? 8 : 4).map { String($0, radix: 16) }.joined(separator: ".")
    }
}
