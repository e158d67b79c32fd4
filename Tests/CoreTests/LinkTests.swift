import TestSupport
import Testing

@testable import Core

/// Where web addresses in a text begin and end: never a link to a part of a host, and no tag or mention
/// inside an address.
struct LinkTests {
    @Test(arguments: [
        ("https://my_blog.tumblr.com/x", ["https://my_blog.tumblr.com/x"]),
        ("my_blog.tumblr.com/x#tag", ["https://my_blog.tumblr.com/x#tag"]),
        ("https://example.org./x", ["https://example.org./x"]),
        ("https://example.org_ https://example.org-", ["https://example.org", "https://example.org"]),
        ("https://نامه\u{200C}ای.com/x", ["https://نامه\u{200C}ای.com/x"]),
        ("https://東京example.jp https://www日本.jp", ["https://東京example.jp", "https://www日本.jp"]),
        ("https://www日本.jpを見て", ["https://www日本.jp"]),
        ("https://a.example에서?", ["https://a.example"]), ("https://a.example。次の文", ["https://a.example"]),
        ("“https://a.example”と", ["https://a.example"]),
        ("\u{2066}https://a.example\u{2069} https://a.example…", ["https://a.example", "https://a.example"]),
        ("https://a.example、https://b.example", ["https://a.example", "https://b.example"]),
        ("https://a.example/b,https://b.example", ["https://a.example/b,https://b.example"]),
        (
            "https://example.org’s pages, https://example.org...really",
            ["https://example.org", "https://example.org"]
        ),
        ("https://example.org🎉", ["https://example.org"]), ("https://a.example:", ["https://a.example"]),
        ("https://a.example:8080,", ["https://a.example:8080"]),
        ("münchen.de/#tag", ["https://münchen.de/#tag"]),
        ("österreich.at/@anna", ["https://österreich.at/@anna"]),
        ("пример.рф/#тег", ["https://пример.рф/#тег"]), ("E\u{301}cole.fr/x", ["https://E\u{301}cole.fr/x"]),
        ("www.日本.jp/x", ["https://www.日本.jp/x"]),
        ("example.org?x=#t", ["https://example.org?x=#t"]), ("example.org#t", ["https://example.org#t"]),
        ("example.org?x", ["https://example.org?x"]), ("example.org:8080?x.", ["https://example.org:8080?x"]),
        ("Www.Example.org", ["https://Www.Example.org"]), ("🎉example.org/x", ["https://example.org/x"]),
        // What contains something that no host contains is no link, and neither is a part of it.
        ("https://i❤.ws/x", []), ("https://i❤.ws", []), ("https://a.example🎉", []), ("i❤.ws/#x", []),
        ("https://https://example.org", []), ("https://exam%70le.org/#x", []),
        ("https://example.org%00/#x", []),
        ("https://example。org/#x", []), ("https://example.org。com", []), ("https://☃.net/#x", []),
        ("https://exam“ple.org/#x", []), ("https://“example.org”/#x", []), ("https://exam€ple.org/@ben", []),
        ("https://exam🎉ple.org/#x", []), ("https://example.org🎉/#x", []),
        ("https://ex\u{200B}ample.org/#x", []),
        ("https://example.org”@evil.example/", []), ("https://example.org🎉@evil.example", []),
        ("https://example.org\\@evil.example/#x", []), ("https://example.org\\#x", []),
        ("https://a..b/#x", []), ("https://a.-b.org/#x", []), ("https://a-.org/#x", []),
        ("https://___/#x", []),
        ("https://" + String(repeating: "a", count: 64) + ".org/#x", []),
        ("https://a.example:99999", []), ("https://a.example:0/#x", []), ("https://a.example:x/#x", []),
        ("https://a.example:8080x/#x", []), ("www.my❤blog.com", []), ("example.org:99999/#x", []),
        ("example.org:x/@anna", []), ("日本語.jp/#tag", []), ("127.0.0.1:8080/#x", []), ("127.0.0.1/@anna", []),
        ("localhost:8080/#x", []), ("[::1]:8080/#x", []), ("foo%20bar.com/#x", []),
        ("mailto:anna@example.org?subject=#x", []), ("mail@example.org/#x", []), ("a_example.org/#x", []),
        ("-example.org/@anna", []), ("example..org/#x", []), ("my_app://x/#y", []),
        ("ähttps://example.org/#x", []),
        ("example.org", []), ("example.org? example.org# example.org:8080", []), ("ftp://i❤.ws/#x", []),
    ])
    func `a link leads to a whole host, and nothing inside an address is a mention or a tag`(
        _ text: String, _ expected: [String]
    ) {
        let rich = RichText(text)
        #expect(Self.urls(rich) == expected)
        #expect(rich.tags == [] && rich.mentions == [])
    }

    @Test(arguments: ["。", "☃", "“", "”", "€", "🎉", "%00", "…", "—", "＋", "\u{200B}", ":x", "'", "\\", "|"])
    func `an address extends to the next white space, whatever is in it`(_ part: String) {
        for address in [
            "https://example.org/", "https://example.org", "example.org/", "münchen.de/", "www.a.org",
        ] {
            for sign in ["#tag", "/#tag", "@ben", "/@ben", "x#tag", "x@ben"] {
                let rich = RichText("see \(address)\(part)\(sign) \(part) #after @carl")
                #expect(rich.tags == ["after"] && rich.mentions == ["carl"], "\(address)\(part)\(sign)")
            }
        }
    }

    @Test(arguments: [
        ("https://example.org/x #a", ["a"], []), ("https://example.org/x\u{3000}#写真", ["写真"], []),
        ("<https://example.org/x>#a", ["a"], []), ("“https://example.org/x” @anna", [], ["anna"]),
        ("Model:@anna.art/@ben.photo", [], ["anna.art", "ben.photo"]), ("e.g. #a/#b", ["a", "b"], []),
        ("#a.com", ["a"], []), ("end.#a", ["a"], []), ("Love it!#a 16:9 #b", ["a", "b"], []),
        ("#a\nhttps://example.org\n#b", ["a", "b"], []), ("1.5/#a", ["a"], []), ("tel:#a", ["a"], []),
    ])
    func `tags and mentions around an address are found`(
        _ text: String, _ tags: [String], _ mentions: [String]
    ) {
        let rich = RichText(text)
        #expect(rich.tags == tags && rich.mentions == mentions)
    }

    @Test func `for any text, no link leads to a part of a host, and no tag is in an address`() {
        var random = SeededRandom(seed: 11)
        let alphabet = [
            "https://", "http://", "www.", "a", "b1", "org", ".org", ".", "-", "_", "ü", "東", "é", "e\u{301}",
            ":80",
            ":", "/", "?", "#", "@", "#t", "@m", "❤", "🎉", "。", "“", "”", "€", "%00", "%", "\\", "\u{200B}",
            "\u{200D}",
            ",", "'", " ", "\n", ">", "Д", "्", "١", "(", ")", "—",
        ]
        for _ in 0..<60_000 {
            let text = (0..<Int.random(in: 1..<14, using: &random))
                .map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] }.joined()
            let rich = RichText(text)
            check(rich, in: text)
        }
    }

    private func check(_ rich: RichText, in text: String) {
        // The part of the text since the last white space, and whether an address began in it.
        var isInAddress = false
        let written = rich.spans.map { span in
            switch span {
            case .text(let text), .mention(let text, _), .tag(let text, _), .link(let text, _): text
            }
        }
        #expect(written.joined().unicodeScalars.elementsEqual(text.unicodeScalars))
        for (index, span) in rich.spans.enumerated() {
            switch span {
            case .tag, .mention: #expect(!isInAddress, "\(text.debugDescription) \(rich.spans)")
            case .link(let link, let url):
                isInAddress = true
                let hasBody = url.drop { $0 != "/" }.dropFirst(2).contains { "/?#".contains($0) }
                if !hasBody { checkEnd(of: link, before: written[(index + 1)...].joined(), text) }
            case .text(let text):
                let words = text.unicodeScalars.split(
                    omittingEmptySubsequences: false, whereSeparator: LinkScanner.endsAddress)
                if words.count > 1 { isInAddress = false }
                isInAddress = isInAddress || words.last.map { String($0).contains("://") } == true
            }
        }
    }

    /// Checks that the host at the end of a link is not continued by the text after it.
    private func checkEnd(of link: String, before rest: String, _ text: String) {
        guard let next = rest.unicodeScalars.first, !LinkScanner.endsAddress(next) else { return }
        let isLetter = next.properties.isAlphabetic && next.properties.generalCategory != .otherLetter
        #expect(
            !isLetter && !("0"..."9").contains(next) && next != "%" && next != "@", "\(text.debugDescription)"
        )
        // A symbol follows only a domain, because it could be a part of other hosts.
        if !link.hasSuffix(".org"), !link.contains(".org:"), next.properties.generalCategory == .otherSymbol {
            Issue.record("\(text.debugDescription)")
        }
    }

    private static func urls(_ rich: RichText) -> [String] {
        rich.spans.compactMap { if case .link(_, let url) = $0 { url } else { nil } }
    }
}
