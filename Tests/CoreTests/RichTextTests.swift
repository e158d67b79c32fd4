import TestSupport
import Testing

@testable import Core

struct RichTextTests {
    @Test(arguments: [
        ("@ada", ["ada"]), ("hello @Ada.Lovelace.", ["ada.lovelace"]), ("(@a_b) @a_b", ["a_b"]),
        ("@ada@grace", []),
        ("mail@example.org", []), ("é@ada", []), ("@", []), ("@.", []), ("@ @x", ["x"]),
        ("https://a.org/@ada", []),
        ("@" + String(repeating: "x", count: 31), []), ("@adaé", []), ("@ada’s", ["ada"]),
        ("@ada,@grace!", ["ada", "grace"]),
    ])
    func `mentions are found in a text`(_ text: String, _ expected: [String]) {
        #expect(RichText(text).mentions == expected)
    }

    @Test(arguments: [
        ("#coffee", ["coffee"]), ("#Café #CAFE\u{301}", ["café"]), ("#2026", []),
        ("#2026vision", ["2026vision"]),
        ("#東京 #дом", ["東京", "дом"]), ("＃full", ["full"]), ("a#b", []), ("&#39;", []), ("##x", []),
        ("#a#b", ["a"]),
        ("#snake_case!", ["snake_case"]), ("#می\u{200C}خواهم", ["می\u{200C}خواهم"]), ("#a\u{200D} b", ["a"]),
        ("#", []), ("#!", []), ("x/#y", []), ("#" + String(repeating: "x", count: 101), []),
        ("#हिन्दी", ["हिन्दी"]),
    ])
    func `tags are found in a text`(_ text: String, _ expected: [String]) {
        #expect(RichText(text).tags == expected)
    }

    @Test func `for any text, the spans add up to the text, and all tags and usernames are valid`() {
        var random = SeededRandom(seed: 7)
        let alphabet = Array("ab1._@#＃&/ é\u{301}\u{200C}東🙂\n".unicodeScalars)
        for _ in 0..<5000 {
            var text = ""
            for _ in 0..<Int.random(in: 0..<24, using: &random) {
                text.unicodeScalars.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
            }
            let rich = RichText(text)
            let again = rich.spans.map { span in
                switch span {
                case .text(let text), .mention(let text, _), .tag(let text, _): text
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
        #expect(throws: Problem.self) { try SearchQuery(String(repeating: "x", count: 201)) }
    }
}
