import Testing

@testable import Web

/// Text whose comparison would take seconds is found in a time that grows with its length only.
struct CharacterRunsTests {
    private static let marks = String(repeating: "\u{301}", count: 301)

    @Test(arguments: [
        "a" + marks, String(repeating: "🇦", count: 4401), String(repeating: "🇩🇪", count: 2201),
        String(repeating: "👩\u{200D}", count: 301),
        String(repeating: "\u{1100}", count: 301), String(repeating: "\u{200D}", count: 301),
        "before" + marks + "after",
    ])
    func `a text with a long run of marks, flags or joined emoji is found`(_ text: String) {
        #expect(!CharacterRuns.areBounded(in: text))
        #expect(!CharacterRuns.areBounded(inJSON: "{\"a\\n\": \"\(text)\"}".utf8))
        let escaped = text.utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        #expect(!CharacterRuns.areBounded(inJSON: "[\"\(escaped.joined())\"]".utf8))
        let encoded = text.utf8.map { "%" + String($0, radix: 16) }
        #expect(!CharacterRuns.areBounded(inEncoded: "/a?b=\(encoded.joined())"))
    }

    @Test(arguments: [
        "", "Ada", "Z̷̡̛͙̈́a̸l̵g̶o̷", String(repeating: "ä", count: 9000),
        String(repeating: "e\u{301}", count: 9000),
        String(repeating: "🇩🇪", count: 2200), String(repeating: "\u{1112}\u{1161}\u{11AB}", count: 2200),
        String(repeating: "\u{1100}\u{1161}", count: 2200), String(repeating: "❤️", count: 2200),
        String(repeating: "👩\u{200D}👩\u{200D}👧", count: 900), String(repeating: "한국", count: 3000),
        String(repeating: "हिन्दी ", count: 3000), String(repeating: "ไทยที่", count: 3000), "\\", "\\u12",
        "\\ud83d",
    ])
    func `ordinary text of every script is accepted`(_ text: String) {
        #expect(CharacterRuns.areBounded(in: text))
        #expect(CharacterRuns.areBounded(inJSON: "[\"\(text)\"]".utf8))
    }
}
