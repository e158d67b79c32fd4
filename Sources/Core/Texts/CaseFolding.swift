import Foundation

extension String {
    /// The text for comparisons that ignore case: Unicode’s full case folding (Unicode Standard, section
    /// 5.18), composed (NFC). `ß` is equal to `ss`, and `ﬁ` to `fi`.
    ///
    /// A text does not say whether it is Turkish. `İ` is equal to `i`, because `#İstanbul` and `#istanbul`
    /// mean the same city; `ı` is a letter of its own, as Unicode has it.
    package var caseFolded: String {
        if utf8.allSatisfy({ $0 < 0x80 }) { return lowercased() }
        return precomposedStringWithCanonicalMapping.folding(options: .caseInsensitive, locale: nil)
            .replacing("i\u{307}", with: "i").precomposedStringWithCanonicalMapping
    }
}
