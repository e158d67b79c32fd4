import TestSupport
import Testing

@testable import Core

/// How long texts may be, and which characters of them are stored.
struct TextLimitTests {
    private static let family = "👨\u{200D}👩\u{200D}👧\u{200D}👦"

    /// What people see as one character.
    private static let characters = [
        family, "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}", "e\u{301}", "क्षि", "각",
        "\u{1112}\u{1161}\u{11AB}", "👩🏽\u{200D}🚀", "1\u{FE0F}\u{20E3}", "❤️", "🇩🇪",
        "Z\u{337}\u{321}\u{31B}\u{359}\u{344}", "ษี่",
        "န္တိ", "ខ្មែ", "ᬓ᭄ᬱ", "𑄟𑄳𑄦", "ꦱ꧀ꦠ", "ᮊ᮫ᮊ",
    ]

    /// Texts of many scripts, with the number of characters that the counter of Chromium 156 (Unicode
    /// 17) shows.
    private static let counted = [
        ("မြန်မာနိုင်ငံ", 7), ("သတ္တဝါ", 4), ("ភាសាខ្មែរ", 4), ("សាស្ត្រ", 2),
        ("ᬅᬓ᭄ᬱᬭᬩᬮᬶ", 5), ("𑄌𑄋𑄴𑄟𑄳𑄦", 3), ("क्षत्रिय", 3), ("हिन्दी", 2),
        ("ক্ষত্রিয়", 3), ("தமிழ்", 3), ("ஸ்ரீ", 2), ("ప్రపంచం", 3),
        ("ಕ್ಷತ್ರಿಯ", 5), ("മലയാളം ക്ഷ", 6), ("සිංහල ක්\u{200D}ෂ", 6),
        ("กำแพงน้ำ", 5), ("ที่นี่", 2), ("ພາສາລາວ", 7), ("ນໍ້າ", 2), ("བོད་སྐད", 5),
        ("ꦲꦏ꧀ꦱꦫꦗꦮ", 5), ("ᮃᮊ᮫ᮞᮛ", 3), ("🇩🇪🇫🇷🇯", 3),
        ("👨\u{200D}👩\u{200D}👧\u{200D}👦👩🏽\u{200D}🚀", 2), ("1️⃣2️⃣#️⃣", 3),
        ("❤️\u{200D}🔥❤", 2), ("한국", 2),
        ("\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}", 2),
        ("e\u{301}a\u{308}", 2), ("שָׁלוֹם", 4), ("مُحَمَّد", 4),
        ("می\u{200C}خواهم", 7), ("が\u{3099}か\u{3099}", 2), ("ｶﾞ", 1),
        ("🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}", 1),
    ]

    @Test(arguments: counted)
    func `the counters of browsers and the server agree`(_ text: String, _ count: Int) {
        #expect(TextLimit.characters(in: text) == count)
        let repeated = Array(repeating: text, count: 20).joined(separator: " ")
        #expect(TextLimit.characters(in: repeated) == 20 * count + 19)
        #expect(TextLimit.fault(in: repeated, named: "A text", atMost: 20 * count + 19, as: .prose) == nil)
    }

    @Test(arguments: characters)
    func `a text may have as many characters as people count, whatever they are made of`(_ character: String)
    {
        func fault(_ count: Int) -> String? {
            TextLimit.fault(
                in: String(repeating: character, count: count), named: "A text", atMost: 2200, as: .prose)
        }
        #expect(TextLimit.characters(in: character) == 1)
        #expect(fault(2200) == nil)
        #expect(fault(2201) == "A text must have at most 2200 characters; you entered 2201.")
    }

    @Test func `a text with more bytes than its limit allows is refused, however few characters it has`() {
        for (character, count) in [
            ("a" + String(repeating: "\u{301}", count: 200), 20), ("👩🏽\u{200D}❤️\u{200D}💋\u{200D}👨🏻", 100),
            ("ก" + String(repeating: "่", count: 99), 10),
        ] {
            let text = String(repeating: character, count: count)
            let fault = TextLimit.fault(in: text, named: "A name", atMost: 100, as: .prose)
            #expect(text.count == count)
            #expect(fault?.hasPrefix("A name must contain fewer combining marks") == true, "\(character)")
        }
    }

    @Test(arguments: [1, 30, 150, 2200])
    func `no accepted text has more code points than documented, and one has as many`(_ limit: Int) {
        // Marks of two bytes, 13 and 14 for each letter in turn, fill every byte.
        let text = (0..<limit).map {
            "a" + String(repeating: "\u{301}", count: $0.isMultiple(of: 2) ? 13 : 14)
        }
        .joined()
        let unused = TextLimit.bytes(for: limit) - text.utf8.count
        #expect(TextLimit.fault(in: text, named: "A text", atMost: limit, as: .prose) == nil)
        #expect(text.unicodeScalars.count == TextLimit.codePoints(for: limit) - unused / 2 && unused < 4)
        let longer = text + "\u{301}\u{301}"
        #expect(TextLimit.fault(in: longer, named: "A text", atMost: limit, as: .prose) != nil)
    }

    @Test
    func `a username that is too long is told its length, and another one which characters are allowed`() {
        #expect(
            Username.fault(in: String(repeating: "a", count: 31))
                == "A username must have at most 30 characters; you entered 31.")
        for name in ["äöüäöüäöüäöüäöüäöüä", "аня.ко.фе.вы", Self.family] {
            #expect(Username.fault(in: name)?.contains("only the letters") == true, "\(name)")
        }
    }

    // MARK: - White space and control characters

    /// Texts as they are sent, and as they are stored.
    private static let prose = [
        ("a\tb", "a b"), ("a\r\nb\rc\nd", "a\nb\nc\nd"), ("a\u{2028}b\u{2029}c\u{85}d", "a\nb\nc\nd"),
        ("bell\u{7} and\u{0} more\u{1B}[31m", "bell and more[31m"), ("a\u{9B}b\u{7F}c", "abc"),
        ("\u{7} \u{8}a\u{B}b\u{C}c \u{0}", "abc"),
        ("\u{200F}שלום\u{0}\u{2066}x\u{2069}", "\u{200F}שלום\u{2066}x\u{2069}"),
        ("a\r\n\r\nb", "a\n\nb"), ("a\r\r\nb", "a\n\nb"), ("\t\u{2028}x\t\r\n", "x"), ("ש\u{1}ל", "של"),
        ("e\u{7}\u{301}x", "e \u{301}x"), ("👩\u{200D}\u{7}🚀", "👩\u{200D} 🚀"), ("🇩\u{7}🇪", "🇩 🇪"),
    ]

    @Test(arguments: prose)
    func `captions, comments, bios and alt texts are stored without control characters`(
        _ typed: String, _ stored: String
    ) async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let ada = try await test.member("ada")
            let upload = try test.upload(altText: typed)
            let post = try await community.posts.publish(
                PostDraft(caption: typed, photos: .uploads([upload])), by: ada)
            #expect(isSame(post.caption, stored) && isSame(post.photos[0].altText, stored))
            let edit = PostEdit(caption: "b\(typed)", altTexts: [post.photos[0].id: "b\(typed)"])
            let edited = try await community.posts.edit(post.id, edit, by: ada)
            let expected = "b\(typed)".plainLines.trimmed
            #expect(isSame(edited.caption, expected) && isSame(edited.photos[0].altText, expected))
            let comment = try await community.comments.add(typed, to: post.id, by: ada)
            #expect(isSame(comment.text, stored))
            let account = try await community.accounts.edit(ProfileEdit(bio: typed), by: ada)
            #expect(isSame(account.bio, stored))
        }
    }

    /// Swift’s `==` ignores the difference between canonically equivalent texts.
    private func isSame(_ text: String, _ other: String) -> Bool {
        text.unicodeScalars.elementsEqual(other.unicodeScalars)
    }

    @Test func `the limit counts the text that is stored`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let padding = String(repeating: "\u{0}\r\n", count: 3000)
            for character in ["x", "\t", "\r\n", Self.family] {
                let longest = "x" + String(repeating: character, count: 148) + "x"
                let edit = ProfileEdit(bio: padding + longest + padding)
                #expect(try await test.community.accounts.edit(edit, by: ada).bio.count == 150)
                let longer = ProfileEdit(bio: longest + "\u{0}x")
                #expect(
                    await problem { try await test.community.accounts.edit(longer, by: ada) }?.detail
                        .contains("you entered 151") == true)
            }
            let nothing = await problem {
                try await test.community.comments.add("\u{0}\t\u{2028}\u{7}", to: ID(1), by: ada)
            }
            #expect(nothing?.fields.first?.message == "Write something first.")
        }
    }

    @Test(arguments: [
        "\u{200D}", "\u{2800}\n\u{2800}", "\u{3164}", "\u{FE0F}\u{FE0E}", "\u{E0100}",
        "\u{200B} \u{2060}\u{FEFF}",
        "\u{2066}\u{2069}\u{200F}", "\u{115F}\u{1160}\u{FFA0}", "\u{AD}\u{34F}", "\u{1D159}\u{13430}",
        "\u{180E}",
    ])
    func `a text without anything visible is empty, and no comment`(_ text: String) async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let upload = try test.upload(altText: text)
            let post = try await test.community.posts.publish(
                PostDraft(caption: text, photos: .uploads([upload])), by: ada)
            #expect(post.caption == "" && post.photos[0].altText == "")
            #expect(try await test.community.accounts.edit(ProfileEdit(bio: text), by: ada).bio == "")
            let nothing = await problem {
                try await test.community.comments.add(text, to: post.id, by: ada)
            }
            #expect(nothing?.fields.first?.message == "Write something first.")
            let comment = try await test.community.comments.add("\(text)❤\(text)", to: post.id, by: ada)
            #expect(comment.text.unicodeScalars.contains("❤"))
        }
    }

    @Test func `removing control characters makes no longer rows of marks`() {
        let marks = String(repeating: "\u{301}", count: 300)
        for row in [marks, String(repeating: "🇦", count: 299), String(repeating: "👩\u{200D}", count: 299)] {
            let text =
                Array(repeating: "a" + row, count: 3).joined(separator: "\u{0}")
                + Array(repeating: row, count: 3).joined(separator: "\u{7}")
            let longest = { (text: String) in text.map(\.unicodeScalars.count).max() ?? 0 }
            #expect(longest(text.plainLines) <= longest(text) + 1)
        }
        #expect(("a" + marks + "\u{0}" + marks).plainLines.count == 2)
    }
}
