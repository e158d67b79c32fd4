import TestSupport
import Testing

@testable import Core

struct RichTextTests {
    @Test(arguments: [
        ("@ada", ["ada"]), ("hello @Ada.Lovelace.", ["ada.lovelace"]), ("(@a_b) @a_b", ["a_b"]),
        ("@ada@grace", []),
        ("mail@example.org", []), ("é@ada", []), ("@", []), ("@.", []), ("@ @x", ["x"]),
        ("https://a.org/@ada", []), ("model/MUA: @anna/@ben", ["anna", "ben"]), ("/@ada", ["ada"]),
        ("thanks @anna. And @ben..", ["anna", "ben"]), ("@anna...really", ["anna"]), ("@anna#love", ["anna"]),
        ("@ada@example.org", []), ("@ada_東", []), ("～@ada", ["ada"]), ("@.ada", []),
        ("@" + String(repeating: "x", count: 31), []), ("@adaé", []), ("@ada’s", ["ada"]),
        ("@ada,@grace!", ["ada", "grace"]), ("@anna.@ben", ["anna", "ben"]),
        ("@anna..@ben.#x", ["anna", "ben"]),
        ("@anna_@ben", []), ("@anna.дом", []),
    ])
    func `mentions are found in a text`(_ text: String, _ expected: [String]) {
        #expect(RichText(text).mentions == expected)
    }

    @Test(arguments: [
        ("#coffee", ["coffee"]), ("#Café #CAFE\u{301}", ["café"]), ("#2026", []),
        ("#2026vision", ["2026vision"]),
        ("#東京 #дом", ["東京", "дом"]), ("＃full", ["full"]), ("a#b", []), ("&#39;", []), ("##x", []),
        ("#a#b", ["a", "b"]),
        ("#snake_case!", ["snake_case"]), ("#می\u{200C}خواهم", ["می\u{200C}خواهم"]), ("#a\u{200D} b", ["a"]),
        ("#", []), ("#!", []), ("x/#y", ["y"]), ("#" + String(repeating: "x", count: 101), []),
        ("#हिन्दी", ["हिन्दी"]), ("#七五三", ["七五三"]), ("#〇", ["〇"]), ("#١٢٣", []), ("#१२३", []), ("#１２", []),
        ("#️⃣ 1", []), ("#1️⃣", []), ("#1\u{20E3}", []), ("#love1️⃣", ["love"]), ("#love❤️", ["love"]),
        ("#\u{FE0F}x", []), ("#\u{301}x", []), ("#love#instagood#photo", ["love", "instagood", "photo"]),
        ("#love＃full", ["love", "full"]), ("#col·lecció", ["col·lecció"]), ("#col· x", ["col"]),
        ("#צה״ל", ["צה״ל"]), ("#ミッキー・マウス", ["ミッキー・マウス"]), ("#ไทย#한국어", ["ไทย", "한국어"]),
        ("#Straße #STRASSE", ["strasse"]), ("#ﬁsh #fish", ["fish"]), ("#İstanbul #istanbul", ["istanbul"]),
        ("#I\u{307}stanbul", ["istanbul"]), ("#ısı", ["ısı"]), ("#ΣΟΦΟΣ #σοφος #σοφοσ", ["σοφοσ"]),
        ("#love@ben", ["love"]), ("&#x27;", []),
    ])
    func `tags are found in a text`(_ text: String, _ expected: [String]) {
        #expect(RichText(text).tags == expected)
    }

    @Test(arguments: [
        ("x", 100), ("ﬃ", 33), ("ß", 50), ("ΐ", 100), ("e\u{301}", 100), ("ᾂ", 50), ("I\u{307}", 100),
        ("नि", 50),
    ])
    func `a tag is as long as its folded form, in a text and by itself`(_ letter: String, _ count: Int) {
        for (count, isTag) in [(count, true), (count + 1, false)] {
            let written = String(repeating: letter, count: count)
            let tags = RichText("#\(written)").tags
            #expect(tags.isEmpty != isTag && tags == [RichText.tag(written)].compactMap { $0 })
            for tag in tags { #expect(RichText.tag(tag) == tag) }
        }
    }

    @Test(arguments: [
        (
            "see https://en.wikipedia.org/wiki/Google_LLC_v._Oracle_America,_Inc.#Decision",
            ["https://en.wikipedia.org/wiki/Google_LLC_v._Oracle_America,_Inc.#Decision"]
        ),
        ("https://tiktok.example/?q=#sunset", ["https://tiktok.example/?q=#sunset"]),
        ("https://a.example/~@anna", ["https://a.example/~@anna"]),
        ("https://a.example/@anna/#x?y=@ben.", ["https://a.example/@anna/#x?y=@ben"]),
        ("Look: http://a.example!", ["http://a.example"]), ("HTTPS://A.Example/X", ["https://A.Example/X"]),
        ("(https://a.example/b)", ["https://a.example/b"]),
        (
            "https://a.example/b_(c), and https://a.example/[d]).",
            ["https://a.example/b_(c)", "https://a.example/[d]"]
        ),
        ("“https://a.example/b”", ["https://a.example/b"]),
        ("<https://a.example/b>", ["https://a.example/b"]),
        ("https://a.example/b…", ["https://a.example/b"]), ("https://a.example?", ["https://a.example"]),
        ("https://a.example:8080/x https://a.example:x", ["https://a.example:8080/x", "https://a.example"]),
        ("example.org/path", ["https://example.org/path"]), ("Example.ORG/.", ["https://Example.ORG/"]),
        ("www.example.org", ["https://www.example.org"]),
        ("www.example.org?q=#x.", ["https://www.example.org?q=#x"]),
        ("sub.example.co.uk:8080/a#b", ["https://sub.example.co.uk:8080/a#b"]),
        ("見てhttps://a.example/xと。", ["https://a.example/xと"]),
        ("https://a.exampleを見て", ["https://a.example"]), ("見てexample.org/x", ["https://example.org/x"]),
        ("https://bücher.example/ä https://例え.テスト/", ["https://bücher.example/ä", "https://例え.テスト/"]),
        ("https://a.example/b، https://a.example/c。", ["https://a.example/b", "https://a.example/c"]),
        ("https://a.example/x❤️", ["https://a.example/x"]),
        ("http://localhost:8080", ["http://localhost:8080"]),
        ("line\nhttps://a.example/\r\nline", ["https://a.example/"]),
        // No links: no path, no such domain, another scheme, deceptive, or not an address at all.
        ("example.org", []), ("e.g. this/that", []), ("he said.Then/now", []), ("node.js/react", []),
        ("1.5/2", []), ("and/or", []), ("ftp://a.example/@anna#x", []), ("javascript://a.example/#x", []),
        ("https://anna@a.example/#x", []), ("https://[::1]/@anna", []), ("https://", []), ("https:///x", []),
        ("https://.", []), ("mail@example.org/x", []), ("mail@sub.example.org/x", []),
        ("a_example.org/x", []),
        ("example..org/x", []), ("-example.org/x", []), ("a.example.org\\@x", []),
    ])
    func `web addresses are found in a text, and nothing inside one is a mention or a tag`(
        _ text: String, _ expected: [String]
    ) {
        let rich = RichText(text)
        let urls = rich.spans.compactMap { if case .link(_, let url) = $0 { url } else { nil } }
        #expect(urls == expected)
        #expect(rich.tags == [])
        if !text.contains("\\@") { #expect(rich.mentions == []) }
    }

    @Test func `for any text, the spans add up to the text, and all tags and usernames are valid`() {
        var random = SeededRandom(seed: 7)
        let alphabet =
            ["https://", "www.", "a.org/", ".org", "://", "?", ")", "(", "\u{FE0F}"]
            + "ab1._@#＃&/ é\u{301}\u{200C}東🙂\n:-·,".map { String($0) }
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0..<24, using: &random) {
                text += alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            let rich = RichText(text)
            let again = rich.spans.map { span in
                switch span {
                case .text(let text), .mention(let text, _), .tag(let text, _), .link(let text, _): text
                }
            }
            #expect(again.joined().unicodeScalars.elementsEqual(text.unicodeScalars))
            for tag in rich.tags { #expect(RichText.tag(tag) == tag) }
            for name in rich.mentions { #expect(name.utf8.count <= 30 && name == name.lowercased()) }
        }
    }

    @Test func `a search query contains words, an author and tags`() throws {
        let query = try SearchQuery(" from:@Ada #Turin espresso-bar \"x\" * AND # from:!")
        #expect(query.author == "ada" && query.tags == ["turin"])
        #expect(query.words == ["espresso", "bar", "x", "and", "from"].map { .spaced($0) })
        let region = "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}"
        for character in ["x", region, "ខ្មែ", "👨\u{200D}👩\u{200D}👧\u{200D}👦"] {
            _ = try SearchQuery(String(repeating: character, count: 200))
            #expect(throws: Problem.self) { try SearchQuery(String(repeating: character, count: 201)) }
        }
    }
}
