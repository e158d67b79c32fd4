import HTTPTypes
import NIOCore
import Testing

@testable import Web

/// Which client a request behind proxies counts for.
struct ForwardedTests {
    private func key(
        from remote: String, xForwardedFor: [String] = [], forwarded: [String] = [],
        trusting proxies: String = "127.0.0.1, 10.0.0.0/8, fd00::/8"
    ) throws -> String {
        var headers = HTTPFields()
        for line in xForwardedFor { headers.append(HTTPField(name: .xForwardedFor, value: line)) }
        for line in forwarded { headers.append(HTTPField(name: .forwarded, value: line)) }
        return try #require(TrustedProxies(proxies))
            .clientKey(of: try .init(ipAddress: remote, port: 1), headers: headers)
    }

    private static let ada = "cb.0.71.9"
    private static let adaIPv6 = "20.1.d.b8.0.1.0.2"
    private static let proxy = "7f.0.0.1"

    @Test(
        arguments: [
            ("127.0.0.1", ["203.0.113.9"], ada), ("127.0.0.1", ["1.2.3.4, 203.0.113.9"], ada),
            ("127.0.0.1", ["203.0.113.9, 10.1.2.3"], ada), ("198.51.100.1", ["203.0.113.9"], "c6.33.64.1"),
            ("127.0.0.1", ["203.0.113.9:5678"], ada), ("127.0.0.1", ["[2001:db8:1:2::9]:443"], adaIPv6),
            ("127.0.0.1", ["[2001:db8:1:2::9]"], adaIPv6), ("127.0.0.1", ["2001:db8:1:2::9"], adaIPv6),
            ("127.0.0.1", ["junk"], proxy), ("127.0.0.1", ["[junk"], proxy), ("127.0.0.1", [], proxy),
            ("::ffff:127.0.0.1", ["2001:db8:1:2:3:4:5:6"], adaIPv6), ("2001:db8:1:2::9", [], adaIPv6),
            // Several lines are one list, in order.
            ("127.0.0.1", ["1.2.3.4", "203.0.113.9"], ada), ("127.0.0.1", ["203.0.113.9", "10.0.0.1"], ada),
            ("127.0.0.1", ["1.2.3.4, 5.6.7.8", "203.0.113.9:1, 10.9.9.9:2"], ada),
            ("fd00::1", ["203.0.113.9", "fd00::2, [fd00::3]:80"], ada),
            // An IPv4-mapped address is the IPv4 address.
            ("127.0.0.1", ["::ffff:203.0.113.9"], ada), ("::ffff:10.0.0.1", ["[::ffff:203.0.113.9]:80"], ada),
            ("127.0.0.1", ["203.0.113.9, ::ffff:10.0.0.1"], ada), ("::ffff:203.0.113.9", [], ada),
            // What is before an address that is not known may be invented.
            ("127.0.0.1", ["203.0.113.9, unknown"], proxy), ("127.0.0.1", ["203.0.113.9, _hidden"], proxy),
            ("127.0.0.1", ["203.0.113.9, [2001:db8::1]x"], proxy),
            ("127.0.0.1", ["203.0.113.9, 10.0.0.1, x"], proxy),
            ("127.0.0.1", ["", " , ,203.0.113.9, "], ada),
            ("127.0.0.1", ["1.2.3.4, , 203.0.113.9, ,10.0.0.1,", ""], ada),
        ] as [(String, [String], String)])
    func `behind a trusted proxy, the client is the nearest other address in X-Forwarded-For`(
        _ remote: String, _ lines: [String], _ expected: String
    ) throws {
        #expect(try key(from: remote, xForwardedFor: lines) == expected)
    }

    @Test(
        arguments: [
            ("127.0.0.1", ["for=203.0.113.9"], ada),
            ("127.0.0.1", ["For=\"203.0.113.9:5678\";proto=https"], ada),
            ("127.0.0.1", ["proto=http; by=10.0.0.1 ; FOR=203.0.113.9"], ada),
            ("127.0.0.1", [#"for="[2001:db8:1:2::9]""#], adaIPv6),
            ("127.0.0.1", [#"for="[2001:db8:1:2::9]:4711";by="[fd00::1]""#], adaIPv6),
            ("127.0.0.1", ["for=[2001:db8:1:2::9]:4711"], adaIPv6),
            ("127.0.0.1", ["for=1.2.3.4, for=203.0.113.9, for=10.0.0.1"], ada),
            ("127.0.0.1", ["for=1.2.3.4", #"for="203.0.113.9""#, "for=10.0.0.1:_port"], ada),
            ("127.0.0.1", [#"for="203.0.113.9";ext="a, for=1.2.3.4; \" \\""#], ada),
            ("127.0.0.1", [#"for="2\03.0.113.9""#], ada), ("127.0.0.1", [", ,for=203.0.113.9;,"], ada),
            ("198.51.100.1", ["for=203.0.113.9"], "c6.33.64.1"),
            ("2001:db8:1:2::9", ["for=1.2.3.4"], adaIPv6),
            ("::ffff:127.0.0.1", [#"for="[::ffff:203.0.113.9]""#], ada),
            ("127.0.0.1", ["for=203.0.113.9, for=unknown"], proxy),
            ("127.0.0.1", ["for=203.0.113.9, for=_SEVKISEK"], proxy),
            ("127.0.0.1", [#"for=203.0.113.9, for="_gazonk:80""#], proxy),
            ("127.0.0.1", ["for=203.0.113.9, proto=https"], proxy),
            ("127.0.0.1", [#"for=203.0.113.9, for="10.0.0.1"#], proxy),
            ("127.0.0.1", ["for=203.0.113.9;for=1.2.3.4"], proxy),
            ("127.0.0.1", ["for=203.0.113.9 x"], proxy),
            ("127.0.0.1", ["203.0.113.9"], proxy), ("127.0.0.1", ["for=203.0.113.9, =x"], proxy),
            ("127.0.0.1", [""], proxy), ("127.0.0.1", [#"for="a\"#], proxy), ("127.0.0.1", ["for"], proxy),
        ] as [(String, [String], String)])
    func `behind a trusted proxy, the client is the nearest other address in Forwarded`(
        _ remote: String, _ lines: [String], _ expected: String
    ) throws {
        #expect(try key(from: remote, forwarded: lines) == expected)
    }

    @Test func `beside X-Forwarded-For, Forwarded does not count`() throws {
        for (forwarded, xForwardedFor, expected) in [
            ("for=1.2.3.4", "203.0.113.9", Self.ada), ("for=203.0.113.9", "203.0.113.9", Self.ada),
            ("for=1.2.3.4", "unknown", Self.proxy), ("for=1.2.3.4", "", Self.proxy),
        ] {
            let key = try key(from: "127.0.0.1", xForwardedFor: [xForwardedFor], forwarded: [forwarded])
            #expect(key == expected, "\(forwarded) \(xForwardedFor)")
        }
    }

    @Test func `trusted proxies are addresses and ranges, IPv4-mapped ones too`() throws {
        for (proxies, remote, isTrusted) in [
            ("10.0.0.0/8", "10.1.2.3", true), ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("::ffff:10.0.0.0/104", "10.1.2.3", true), ("::ffff:10.0.0.0/104", "11.1.2.3", false),
            ("::ffff:10.0.0.1", "10.0.0.1", true), ("fd00::/8", "fd12::1", true), ("::1", "::1", true),
            ("::/0", "10.0.0.1", false), ("0.0.0.0/0", "::ffff:1.2.3.4", true),
            ("2001:db8::/33", "2001:db8:8000::1", false), ("10.0.0.1/31", "10.0.0.0", true),
        ] {
            let trusted = try #require(TrustedProxies(proxies))
            #expect(
                trusted.trusts(try .init(ipAddress: remote, port: 1)) == isTrusted, "\(proxies) \(remote)")
        }
        for text in [
            "10.0.0.0/33", "nowhere", "1.2.3.4/8/9", "::ffff:10.0.0.0/64", "::/129", "10.0.0.0/",
            "10.0.0.0/-1",
            "[::1]",
        ] {
            #expect(TrustedProxies(text) == nil, "\(text)")
        }
        #expect(TrustedProxies.none.clientKey(of: nil) == "unknown")
        #expect(TrustedProxies.none.clientKey(of: try .init(unixDomainSocketPath: "/x")) == "unknown")
    }

    @Test func `addresses are written in their short form`() throws {
        for (text, short) in [
            ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:DB8:0:0::1", "2001:db8::1"),
            ("0:0:0:0:0:0:0:0", "::"), ("::1", "::1"),
        ] {
            #expect(try #require(IPAddress(text)).description == short)
        }
        for text in ["", "1.2.3", "::1%lo", "1.2.3.4 ", "[::1]", "localhost"] {
            #expect(IPAddress(text) == nil, "\(text)")
        }
    }
}
