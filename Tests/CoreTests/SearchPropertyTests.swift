import Core
import Storage
import TestSupport
import Testing

@testable import Core

/// Random texts and queries, with a model of the search that has no index. Both engines return what the model
/// returns, so both return the same.
struct SearchPropertyTests {
    private static let pieces =
        [
            "a", "b", "ab", "ß", "ss", "SS", "é", "e\u{301}", "ﬁ", "İ", "ı", "I", "i", "Ａ", "²", "9", "Σ",
            "ς",
            "東", "京", "都", "東京", "か\u{3099}", "が", "ｶﾞ", "ー", "서", "울", "\u{1109}\u{1165}",
            "ท", "ี", "่", "ำ",
            "က", "ខ", "្", "ລ", "ا", "ـ", "أ", "\u{64B}", "\u{200C}", "\u{200D}", "ह", "ि", "न", "\u{94D}",
            "👍", "🏽", "🇮", "🇹", "❤", "\u{FE0F}", "👩\u{200D}👧", "\u{301}", "\u{20E3}", "™", "½", "№", "·",
            "'", "\"", "\\", "*", ":", "(", ")", "&", "|", "!", "-", "<", ">", "^", "+", "~", "{", "}", "%",
            "_",
            "#", "@", ",", "、", "AND", "OR", "NOT", "NEAR",
        ] + Array(repeating: " ", count: 20)

    private func text(_ count: ClosedRange<Int>, _ random: inout SeededRandom) -> String {
        var text = ""
        for _ in 0..<Int.random(in: count, using: &random) {
            if Int.random(in: 0..<40, using: &random) == 0 {
                let limit: UInt32 = Bool.random(using: &random) ? 0x3000 : 0x1FFFF
                let value = UInt32.random(in: 1...limit, using: &random)
                if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
            } else {
                text += Self.pieces.randomElement(using: &random) ?? ""
            }
        }
        return text
    }

    /// Whether a text contains a word of a query.
    private func contains(_ words: [SearchWord], _ word: SearchWord, isLast: Bool) -> Bool {
        words.contains { other in
            switch (word, other) {
            case (.spaced(let word), .spaced(let other)):
                isLast
                    ? other.unicodeScalars.starts(with: word.unicodeScalars)
                    : other.unicodeScalars.elementsEqual(word.unicodeScalars)
            case (.run(let part), .run(let run)):
                run.indices.contains { run[$0...].starts(with: part) }
            default: false
            }
        }
    }

    /// The rank of a post with these texts; nil if it is not found.
    private func rank(of text: SearchedText, for query: [SearchWord]) -> Int? {
        let caption = SearchWord.words(in: text.caption)
        let all = caption + SearchWord.words(in: text.altText)
        func hasAll(_ words: [SearchWord]) -> Bool {
            query.indices.allSatisfy { contains(words, query[$0], isLast: $0 == query.count - 1) }
        }
        return query.isEmpty || !hasAll(all) ? nil : hasAll(caption) ? 0 : 1
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `any query finds in any texts what the model finds`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let texts = (0..<150).map { _ in
            SearchedText(caption: text(0...25, &random), altText: text(0...10, &random))
        }
        var queries = (0..<150).map { _ in text(1...5, &random) }
        // Parts of the texts, which are found.
        queries += (0..<150).map { _ in
            let caption = Array((texts.randomElement(using: &random)?.caption ?? "").unicodeScalars)
            let start = Int.random(in: 0...caption.count, using: &random)
            var part = ""
            part.unicodeScalars.append(contentsOf: caption[start...].prefix(4))
            return part
        }
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let ids = try await test.insertPosts(texts, by: ada)
            var count = 0
            for text in queries {
                let query = try SearchQuery(text)
                guard query.tags.isEmpty, query.author == nil else { continue }
                let ranks = texts.map { rank(of: $0, for: query.words) }
                let expected = [0, 1].flatMap { rank in
                    zip(ids, ranks).filter { $0.1 == rank }.map(\.0).reversed()
                }
                let found = try await test.findPosts(query, limit: 20)
                #expect(found == expected, "\(text.debugDescription)")
                count += found.count
            }
            #expect(count > 1000, "the queries find something")
        }
    }

    @Test(arguments: [4, 5] as [UInt64])
    func `no text is an error`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        try await TestCommunity.with { test in
            let search = test.community.search
            for _ in 0..<200 {
                let query = try SearchQuery(String(text(1...120, &random).prefix(SearchQuery.limit)))
                _ = try await search.posts(query, for: nil, page: .first)
                _ = try await search.people(query, for: nil, page: .first)
                _ = try await search.tags(query, for: nil, page: .first)
            }
        }
    }

    @Test func `folding a folded text changes nothing`() {
        for value in UInt32(1)...0x1FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let once = SearchWord.words(in: "a\(Character(scalar))b")
            for case .spaced(let word) in once {
                let twice = SearchWord.words(in: word)
                #expect(twice == [.spaced(word)], "U+\(String(value, radix: 16))")
            }
        }
    }
}
