import Foundation

/// A word of a text, folded for search. Both engines index and search the same words, and split nothing
/// themselves.
enum SearchWord: Sendable, Hashable {
    /// Letters, marks and digits of a script that separates words by spaces, or an emoji.
    case spaced(String)
    /// A run of characters of a script that does not, such as Japanese or Thai. Korean is one of these,
    /// because its particles are attached to words. Any part of a run can be found.
    case run([Unicode.Scalar])

    /// How many characters of a word count. The engines have limits too.
    private static let lengthLimit = 100

    /// The terms that the index has for the word: for a run, each pair of neighbours, and its last character.
    /// So every character begins a term, and the last one ends the run: pairs of two runs never look like
    /// one.
    var indexTerms: [String] {
        switch self {
        case .spaced(let word): [word]
        case .run(let scalars): Self.pairs(scalars) + [Self.text(scalars.suffix(1))]
        }
    }

    /// The terms that follow each other in a text that contains the word.
    var queryTerms: [String] {
        switch self {
        case .spaced(let word): [word]
        case .run(let scalars): scalars.count == 1 ? [Self.text(scalars[...])] : Self.pairs(scalars)
        }
    }

    /// Whether a query finds terms that begin with the term of this word: those that begin with a single
    /// character of a run, and where a word may be incomplete.
    func mayBegin(ifSpaced isIncomplete: Bool) -> Bool {
        switch self {
        case .spaced: isIncomplete
        case .run(let scalars): scalars.count == 1
        }
    }

    private static func pairs(_ scalars: [Unicode.Scalar]) -> [String] {
        scalars.indices.dropLast().map { text(scalars[$0...$0 + 1]) }
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return text
    }

    // MARK: - Splitting

    /// The words of a text. Punctuation and other symbols than emoji separate words, so no word contains the
    /// syntax of a query. Marks without a letter are no word.
    static func words(in text: some StringProtocol) -> [SearchWord] {
        var splitter = Splitter()
        var unfolded = String.UnicodeScalarView()
        func fold() {
            for scalar in SearchFolding.folded(String(unfolded)).unicodeScalars { splitter.add(scalar) }
            unfolded.removeAll()
        }
        let scalars = text.unicodeScalars
        for index in scalars.indices where !SearchFolding.isIgnored(scalars[index]) {
            let scalar = scalars[index]
            let next = scalars.index(after: index)
            if scalar.isSignAndEmoji,
                scalar.properties.isEmojiPresentation || scalars[next...].first == "\u{FE0F}"
            {
                // Folding would turn some of these into letters.
                fold()
                splitter.add(scalar, as: .emoji)
            } else {
                unfolded.append(Kind(scalar) != .separator || standsForLetters(scalar) ? scalar : " ")
            }
        }
        fold()
        return splitter.end()
    }

    /// Whether a symbol is another form of letters, such as `㍿` of `株式会社` and `㎏` of `kg`. The raised
    /// ones, such as `™`, are not part of the word that they follow.
    private static func standsForLetters(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.properties.generalCategory == .otherSymbol, scalar != "℠", scalar != "™",
            !(0x1F16A...0x1F16C).contains(scalar.value)
        else { return false }
        return String(scalar).decomposedStringWithCompatibilityMapping.unicodeScalars.contains {
            Kind($0) != .separator
        }
    }

    /// What a character is to the search.
    private enum Kind {
        case letter, runLetter, regionalIndicator, emoji, separator

        init(_ scalar: Unicode.Scalar) {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9": self = .letter
            case "\0"..."\u{7F}": self = .separator
            default: self.init(beyondASCII: scalar)
            }
        }

        private init(beyondASCII scalar: Unicode.Scalar) {
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
                .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
                self = scalar.isOfUnspacedScript ? .runLetter : .letter
            case .otherSymbol where scalar.properties.isEmoji && scalar.value > 0x2122:
                self = (0x1F1E6...0x1F1FF).contains(scalar.value) ? .regionalIndicator : .emoji
            // Radicals of Chinese characters. Folding makes characters of most of them.
            case .otherSymbol where (0x2E80...0x2FD5).contains(scalar.value): self = .runLetter
            default: self = .separator
            }
        }
    }

    private struct Splitter {
        private var words: [SearchWord] = []
        private var current: [Unicode.Scalar] = []
        private var kind = Kind.separator

        mutating func add(_ scalar: Unicode.Scalar) { add(scalar, as: Kind(scalar)) }

        mutating func add(_ scalar: Unicode.Scalar, as next: Kind) {
            // An emoji is a word. Two regional indicators are a flag.
            let isComplete = next == .emoji || next == .regionalIndicator && current.count == 2
            if next != kind || isComplete { finish() }
            kind = next
            if next != .separator { current.append(scalar) }
        }

        mutating func end() -> [SearchWord] {
            finish()
            return words
        }

        private mutating func finish() {
            defer { current.removeAll(keepingCapacity: true) }
            guard current.contains(where: { !$0.isMark }) else { return }
            words.append(
                kind == .runLetter ? .run(current) : .spaced(SearchWord.text(current.prefix(lengthLimit))))
        }
    }
}

extension Unicode.Scalar {
    /// Whether it can be an emoji, but is by itself a letter, punctuation, or a sign of mathematics or
    /// trade.
    fileprivate var isSignAndEmoji: Bool {
        guard !isASCII, properties.isEmoji, !properties.isEmojiModifier else { return false }
        return value <= 0x2139 || properties.generalCategory != .otherSymbol
    }

    /// Whether it belongs to a script without spaces between words: Thai, Lao, Burmese, Khmer, the Tai
    /// scripts, Japanese, Chinese; or to Korean.
    fileprivate var isOfUnspacedScript: Bool {
        value >= 0xE00 && (properties.isIdeographic || Self.unspaced.contains { $0.contains(value) })
    }

    /// The blocks, except of ideographs.
    private static let unspaced: [ClosedRange<UInt32>] = [
        0xE00...0xEFF, 0x1000...0x109F, 0x1100...0x11FF, 0x1780...0x17FF, 0x1950...0x19DF, 0x1A20...0x1AAF,
        0x3005...0x3007, 0x3031...0x3035, 0x303B...0x318F, 0x31A0...0x31BF, 0x31F0...0x31FF, 0xA960...0xA97F,
        0xA9E0...0xA9FF, 0xAA60...0xAADF, 0xAC00...0xD7FF, 0x1AFF0...0x1B16F,
    ]
}
