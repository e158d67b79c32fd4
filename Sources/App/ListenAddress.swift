import Web

/// The address and port on which the server listens.
struct ListenAddress: Sendable, Equatable {
    /// A name or an IP address, as the system takes it: without brackets.
    let host: String
    let port: Int
    /// The host as a URL has it: an IPv6 address in brackets, and a name where the address stands for all
    /// addresses of this machine.
    private let urlHost: String
    /// The host to which a client on this machine connects, as a URL has it.
    private let ownHost: String

    /// Returns nil if the host is neither a name nor an IP address.
    init?(host: String, port: Int) {
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        let host = isBracketed ? String(host.dropFirst().dropLast()) : host
        self.host = host
        self.port = port
        // The zone of a link-local address is no part of a URL that other machines can use.
        if let address = IPAddress(host.prefix { $0 != "%" }) {
            let text = address.isIPv6 ? "[\(address.description)]" : address.description
            urlHost = address.isWildcard ? "localhost" : text
            ownHost = address.isWildcard ? address.isIPv6 ? "[::1]" : "127.0.0.1" : text
        } else {
            // A text such as “127.1” would be an address for some programs and a name for others.
            guard !isBracketed, !host.contains(":"), Site(baseURL: "http://" + host) != nil,
                host.contains(where: { $0 != "." && !$0.isNumber })
            else { return nil }
            (urlHost, ownHost) = (host, host)
        }
    }

    /// The URL at which people open the site.
    var url: String { url(port: port) }

    /// The same, with the port that the system chose.
    func url(port: Int) -> String { Self.url(urlHost, port) }

    /// The URL for a client on this machine.
    var ownURL: String { Self.url(ownHost, port) }

    private static func url(_ host: String, _ port: Int) -> String {
        "http://\(host)\(port == 80 ? "" : ":\(port)")"
    }
}
