import Testing

@testable import Core

/// Directional characters in a text affect nothing outside of it.
struct DirectionalTextTests {
    @Test(arguments: [
        // The text as it is stored, and as it is shown.
        ("Ada", "Ada"), ("“Ada” … שלום", "“Ada” … שלום"), ("\u{2067}שלום\u{2069}!", "\u{2067}שלום\u{2069}!"),
        ("\u{202E}txt.exe", "\u{202E}txt.exe\u{202C}"),
        ("\u{2067}a\u{202B}b", "\u{2067}a\u{202B}b\u{202C}\u{2069}"),
        ("a\u{2069}b\u{202C}c", "abc"), ("\u{2069}\u{2069}\u{202E}x", "\u{202E}x\u{202C}"),
        ("\u{2066}a\u{202E}b\u{2069}c", "\u{2066}a\u{202E}b\u{2069}c"),
        ("\u{202A}a\u{2067}b\u{202C}c\u{2069}", "\u{202A}a\u{2067}bc\u{2069}\u{202C}"),
        ("\u{2068}a\nb\u{2069}c", "\u{2068}a\u{2069}\nbc"), ("\u{200F}a\u{61C}", "\u{200F}a\u{61C}"),
    ])
    func `what a text opens is closed at its end, and it closes nothing else`(_ text: String, _ shown: String)
    {
        #expect(text.directionallyClosed.unicodeScalars.elementsEqual(shown.unicodeScalars))
        let letters = { (text: String) in Array(text.unicodeScalars.filter { $0.properties.isAlphabetic }) }
        #expect(letters(text) == letters(shown))
        #expect(
            shown.directionallyClosed.unicodeScalars.elementsEqual(shown.unicodeScalars), "once is enough")
    }

    @Test func `text in a title stands between isolates`() {
        for (text, isolated) in [
            ("שלום", "\u{2068}שלום\u{2069}"), ("#مرحبا 5", "\u{2068}#مرحبا 5\u{2069}"), ("Ada", "Ada"),
            ("José, Ωμέγα, Анна", "José, Ωμέγα, Анна"), ("", ""),
            ("\u{2069}\u{202E}ab", "\u{2068}\u{202E}ab\u{202C}\u{2069}"),
            ("ש\n\nל", "\u{2068}ש\u{2069}\n\n\u{2068}ל\u{2069}"),
        ] {
            #expect(text.directionallyIsolated.unicodeScalars.elementsEqual(isolated.unicodeScalars))
        }
    }
}
