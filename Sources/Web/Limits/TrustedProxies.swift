import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The proxies whose `X-Forwarded-For` is trusted, as address ranges (RFC 4632 notation).
package struct TrustedProxies: Sendable {
    private struct Range: Sendable {
        let address: [UInt8]
        let prefix: Int

        func contains(_ other: [UInt8]) -> Bool {
            guard other.count == address.count else { return false }
            return zip(address, other).enumerated().allSatisfy { index, bytes in
                let bits = min(8, max(0, prefix - index * 8))
                let mask = UInt8(truncatingIfNeeded: 0xFF00 >> bits)
                return bytes.0 & mask == bytes.1 & mask
            }
        }
    }

    private let ranges: [Range]

    /// No trusted proxies.
    package static let none = TrustedProxies(ranges: [])

    private init(ranges: [Range]) { self.ranges = ranges }

    /// Parses ranges separated by commas, such as `127.0.0.1, 10.0.0.0/8, fd00::/8`. Returns nil if one is
    /// not valid.
    package init?(_ text: String) {
        var ranges: [Range] = []
        for part in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            let halves = part.split(separator: "/", omittingEmptySubsequences: false)
            guard halves.count <= 2, let address = Self.bytes(String(halves[0])) else { return nil }
            guard let prefix = halves.count == 2 ? Int(halves[1]) : address.count * 8,
                (0...address.count * 8).contains(prefix)
            else { return nil }
            ranges.append(Range(address: address, prefix: prefix))
        }
        self.ranges = ranges
    }

    /// Returns the key that identifies a client for limits: its IPv4 address, or the first 64 bits of its
    /// IPv6 address, because one client usually has a whole /64 network.
    /// - Parameter forwarded: the `X-Forwarded-For` header. It is used only if the connection comes from a
    ///   trusted proxy. The client is its last address that is not a trusted proxy.
    func clientKey(of remote: SocketAddress?, forwarded: String?) -> String {
        guard var client = remote.flatMap({ $0.ipAddress }).flatMap(Self.bytes) else { return "unknown" }
        var hops = (forwarded ?? "").split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }
        while isTrusted(client), let hop = hops.popLast(), let address = Self.bytes(Self.removingPort(hop)) {
            client = address
        }
        return client.prefix(client.count == 16 ? 8 : 4).map { String($0, radix: 16) }.joined(separator: ".")
    }

    /// Whether the remote end of a connection is a trusted proxy.
    func trusts(_ remote: SocketAddress?) -> Bool {
        remote.flatMap { $0.ipAddress }.flatMap(Self.bytes).map(isTrusted) ?? false
    }

    private func isTrusted(_ address: [UInt8]) -> Bool { ranges.contains { $0.contains(address) } }

    /// Removes the port, which some proxies add: `192.0.2.1:5678`, `[2001:db8::1]:5678`.
    private static func removingPort(_ hop: String) -> String {
        if hop.hasPrefix("[") { return String(hop.dropFirst().prefix { $0 != "]" }) }
        let parts = hop.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[0]) : hop
    }

    /// The 4 or 16 bytes of an address. An IPv4-mapped IPv6 address has 4.
    private static func bytes(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? Array(bytes.suffix(4)) : bytes
    }
}
