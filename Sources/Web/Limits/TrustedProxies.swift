import HTTPTypes
import NIOCore

/// The proxies whose `X-Forwarded-For` and `Forwarded` are trusted, as address ranges (RFC 4632 notation).
package struct TrustedProxies: Sendable {
    private struct Range: Sendable {
        let address: IPAddress
        let prefix: Int

        func contains(_ other: IPAddress) -> Bool {
            guard other.bytes.count == address.bytes.count else { return false }
            return zip(address.bytes, other.bytes).enumerated().allSatisfy { index, bytes in
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
            guard halves.count <= 2, let address = IPAddress(halves[0]) else { return nil }
            // In an IPv4-mapped address, the bits of the IPv4 address come after 96 others.
            let mappedBits = !address.isIPv6 && halves[0].contains(":") ? 96 : 0
            let bits = address.bytes.count * 8
            guard let prefix = halves.count == 2 ? Int(halves[1]).map({ $0 - mappedBits }) : bits,
                (0...bits).contains(prefix)
            else { return nil }
            ranges.append(Range(address: address, prefix: prefix))
        }
        self.ranges = ranges
    }

    /// Returns the key that identifies a client for limits (see ``IPAddress``).
    /// - Parameter headers: the headers of the request. What they say about the client is used only if the
    ///   connection comes from a trusted proxy. The client is then the nearest address that is not a trusted
    ///   proxy. If a proxy does not tell it, all such clients together count as that proxy.
    func clientKey(of remote: SocketAddress?, headers: HTTPFields = [:]) -> String {
        guard var client = remote.flatMap(IPAddress.init) else { return "unknown" }
        guard isTrusted(client), ForwardedAddresses.arePresent(in: headers) else { return client.clientKey }
        var addresses = ForwardedAddresses.all(in: headers)
        while isTrusted(client), let text = addresses.popLast(), let address = IPAddress(forwarded: text) {
            client = address
        }
        return client.clientKey
    }

    /// Whether the remote end of a connection is a trusted proxy.
    func trusts(_ remote: SocketAddress?) -> Bool { remote.flatMap(IPAddress.init).map(isTrusted) ?? false }

    private func isTrusted(_ address: IPAddress) -> Bool { ranges.contains { $0.contains(address) } }
}
