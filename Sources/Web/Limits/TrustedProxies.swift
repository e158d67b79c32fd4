import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The proxies whose word about a client's address is taken, as ranges of addresses (RFC 4632 notation).
package struct TrustedProxies: Sendable {
    private struct Range: Sendable {
        let address: [UInt8]
        let prefix: Int

        func contains(_ other: [UInt8]) -> Bool {
            guard other.count == address.count else { return false }
            return zip(address, other).enumerated().allSatisfy { place, bytes in
                let bits = min(8, max(0, prefix - place * 8))
                let mask = UInt8(truncatingIfNeeded: 0xFF00 >> bits)
                return bytes.0 & mask == bytes.1 & mask
            }
        }
    }

    private let ranges: [Range]

    /// Nobody.
    package static let none = TrustedProxies(ranges: [])

    private init(ranges: [Range]) { self.ranges = ranges }

    /// Ranges separated by commas, such as `127.0.0.1, 10.0.0.0/8, fd00::/8`; nil where one is none.
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

    /// What tells one client from another: the address, of IPv6 its network of 64 bits, as one client has a whole one.
    /// - Parameter forwarded: what proxies say; the last address in it that is no trusted proxy's is the client's, and it
    ///   counts only when it comes from a trusted one.
    func clientKey(of remote: SocketAddress?, forwarded: String?) -> String {
        guard var client = remote.flatMap({ $0.ipAddress }).flatMap(Self.bytes) else { return "unknown" }
        var hops = (forwarded ?? "").split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }
        while isTrusted(client), let hop = hops.popLast(), let address = Self.bytes(Self.withoutPort(hop)) {
            client = address
        }
        return client.prefix(client.count == 16 ? 8 : 4).map { String($0, radix: 16) }.joined(separator: ".")
    }

    /// Whether the other end of a connection is a proxy whose word is taken.
    func trusts(_ remote: SocketAddress?) -> Bool {
        remote.flatMap { $0.ipAddress }.flatMap(Self.bytes).map(isTrusted) ?? false
    }

    private func isTrusted(_ address: [UInt8]) -> Bool { ranges.contains { $0.contains(address) } }

    /// Some proxies write the port too: `192.0.2.1:5678`, `[2001:db8::1]:5678`.
    private static func withoutPort(_ hop: String) -> String {
        if hop.hasPrefix("[") { return String(hop.dropFirst().prefix { $0 != "]" }) }
        let parts = hop.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[0]) : hop
    }

    /// The 4 or 16 bytes of an address; an IPv4 one written as IPv6 has 4.
    private static func bytes(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? Array(bytes.suffix(4)) : bytes
    }
}
