import Core
import Storage
import TestSupport
import Testing

@testable import Core

/// Search finds texts of every script, with the same results on both engines.
struct ScriptSearchTests {
    /// A caption, queries that find it, and queries that do not.
    struct Example {
        let caption: String
        let found: [String]
        let missed: [String]
    }

    private static let unspaced = [
        Example(
            caption: "昨日、東京タワーで朝ごはんを食べた。ｶﾞｰﾃﾞﾝもきれい",
            found: [
                "東京", "京タ", "タワー", "朝", "ごはん", "た", "ガーデン", "きれい", "カ\u{3099}ーデン",
                "朝ごはん 東京", "東京タワーで朝ごはんを食べた",
            ],
            missed: ["東朝", "京都", "タワごはん", "夜", "カーテン", "昨日東京"]),
        Example(
            caption: "我們在上海外灘看日出 😀",
            found: ["上海", "海外", "外灘", "看", "出", "我", "在上海外灘看日出", "日出 上海"],
            missed: ["上灘", "北京", "海上", "们", "出我"]),
        Example(
            caption: "서울에서 먹은 비빔밥",
            found: ["서울", "울에", "비빔", "밥", "빔밥", "서울에서", "먹은 밥", "\u{1109}\u{1165}\u{110B}\u{116E}\u{11AF}"],
            missed: ["울서", "부산", "서울먹은", "에서먹은", "빔비"]),
        Example(
            caption: "วันนี้เราไปเที่ยวทะเลที่ภูเก็ต",
            found: ["ทะเล", "เที่ยว", "ภูเก็ต", "ไปเที่ยว", "ท", "นี้เรา", "ต", "วันนี้ ทะเล"],
            missed: ["ทะเลสาบ", "กรุงเทพ", "เลทะ", "ซ"]),
        Example(
            caption: "น้ำตกเอราวัณ",
            found: ["น้ำ", "น้ำตก", "ตก", "เอราวัณ", "\u{E19}\u{E49}\u{E4D}\u{E32}ตก"],
            missed: ["ตกน้ำ", "ทะเล"]),
        // As keyboards allow: the tone mark after the vowel that is written above it, or before one.
        Example(
            caption: "นำ้ตก ก่ี เเม่ ຄຳ່",
            found: ["น้ำ", "นำ้", "น\u{E4D}\u{E49}า", "กี่", "ก่ี", "แม่", "เเม่", "ຄ່ຳ", "ຄຳ່"],
            missed: ["นำ", "แมว"]),
        Example(
            caption: "น้ำใจ กี่ แม่", found: ["นำ้ใจ", "น\u{E4D}\u{E49}า", "ก่ี", "เเม่"], missed: ["เเเม่"]),
        Example(
            caption: "⼀⽇ ㍿任天堂 ⺀ 5㎏ №7 ㋿",
            found: ["一日", "⼀⽇", "株式会社", "㍿", "会社任天", "⺀", "5kg", "no7", "令和"],
            missed: ["二日", "⺁"]),
        Example(caption: "一日 株式会社", found: ["⼀⽇", "㍿", "⽇"], missed: ["⼆"]),
        Example(
            caption: "ພວກເຮົາໄປຫຼວງພະບາງ", found: ["ຫຼວງ", "ພະບາງ", "ເຮົາ", "ໄປ", "ພ", "ໄປຫຼວງພະບາງ"],
            missed: ["ວຽງຈັນ", "ບາງພະ"]),
        Example(
            caption: "ខ្ញុំ\u{200B}ស្រឡាញ់\u{200B}សៀមរាប",
            found: ["សៀម", "រាប", "ស្រឡាញ់", "ខ្ញុំ", "សៀមរាប", "ខ្ញុំស្រឡាញ់", "ស្រឡាញ់\u{200B}សៀមរាប"],
            missed: ["ភ្នំពេញ", "រាបសៀម"]),
        Example(
            caption: "မန္တလေးမြို့ကိုသွားတယ်", found: ["မန္တလေး", "မြို့", "သွား", "ကို", "လေးမြို့", "တယ်"],
            missed: ["ရန်ကုန်", "မြို့မန္တလေး"]),
    ]

    private static let spaced = [
        Example(
            caption: "می\u{200C}خواهم کتاب\u{200C}ها را ببینم",
            found: [
                "میخواهم", "می\u{200C}خواهم", "کتابها", "کتاب\u{200C}ها", "کتاب", "ببی", "کتابها میخواهم",
            ],
            missed: ["خواهم", "دفتر", "ها"]),
        Example(
            caption: "مــرحبا بالعـــالم مُحَمَّد من الإسكندرية",
            found: [
                "مرحبا", "بالعالم", "بالعـالم", "محمد", "مُحمّد", "الاسكندرية", "مرحبا محمد",
                "\u{FEE3}\u{FEE6}",
            ],
            missed: ["عالم", "سلام", "مرحبا سلام", "ـ"]),
        Example(
            caption: "Große Straße in Füssen, SCHLOẞ",
            found: [
                "strasse", "STRASSE", "straße", "grosse", "fussen", "Füßen", "schloss", "Schloß", "STRAẞE",
            ],
            missed: ["gasse", "str asse", "Straßen"]),
        Example(
            caption: "Die nasse Gasse", found: ["Gaße", "naße", "NASSE", "naß", "GAẞE", "die Gaß"],
            missed: ["Gaßen", "Nase", "ga\u{301}sze"]),
        Example(
            caption: "İstanbul'da ılık bir Iğdır sabahı",
            found: [
                "istanbul", "ISTANBUL", "ıstanbul", "I\u{307}stanbul", "ilik", "ILIK", "igdir", "ığdır",
                "SABAHI",
            ],
            missed: ["ankara", "stanbul", "lık"]),
        Example(
            caption: "हिन्दी में सुबह की चाय पी", found: ["हिन्दी", "हिन्", "सुबह", "चा", "पी", "सुबह चाय"],
            missed: ["हद", "चय", "हन", "न्दी", "\u{94D}"]),
        Example(
            caption: "Oﬃce ﬁlm Ｔｏｋｙｏ H₂O Ⅻ coŀlegi",
            found: ["office", "film", "tokyo", "h2o", "Ｏｆｆｉｃｅ", "ﬁlm", "xii", "col·legi"],
            missed: ["ofice", "okyo", "fi1m"]),
        Example(
            caption: "Ὀδυσσεύς, Ёлка и ΌΣΟΣ; Brand™ — señor",
            found: ["οδυσσευσ", "ΟΔΥΣΣΕΥΣ", "елка", "όσος", "brand", "sen\u{303}or", "SENOR brand"],
            missed: ["brandtm", "лка", "senior", "™"]),
    ]

    private static let emoji = [
        Example(
            caption: "Sunset 🌅 with 👨‍👩‍👧 and 👍🏽 ❤️ in 🇫🇮🇹🇷",
            found: ["🌅", "👍", "👍🏿", "❤", "❤️", "🇫🇮", "🇹🇷", "👨‍👩‍👧", "👩", "sunset🌅", "🌅 sunset"],
            missed: ["🌇", "🇮🇹", "💔", "🇷🇹", "sunset 🌇", "🏽"]),
        Example(
            caption: "🎉🎉🎉", found: ["🎉", "🎉🎉", "🎉 🎉", "\"🎉\"", "🎉\u{FE0F}"],
            missed: ["🎊", "🎉 party"]),
        Example(
            caption: "a↔️b 〰️ ‼️⁉️ ◾ ©️2026 Brand™️ ®️ ℹ️nfo ↗️ ▪️ Ⓜ️ ㊗️ 🈚",
            found: [
                "↔️", "〰️", "‼️", "⁉️", "◾", "◾\u{FE0F}", "©️", "™️", "®️", "ℹ️", "↗️", "▪️",
                "Ⓜ️", "㊗️", "祝", "🈚", "brand", "brand™️", "2026", "a", "b", "nfo",
            ],
            missed: ["◽", "brandtm", "info", "🏽", "↕️"]),
    ]

    private func check(_ examples: [Example]) async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let ids = try await test.insertPosts(examples.map { SearchedText(caption: $0.caption) }, by: ada)
            let alone = try await test.insertPosts(
                examples.map { SearchedText(caption: "", altText: $0.caption) }, by: ada)
            for (example, (post, altText)) in zip(examples, zip(ids, alone)) {
                for query in example.found {
                    let found = try await test.findPosts(SearchQuery(query))
                    #expect(found.contains(post), "“\(query)” finds “\(example.caption)”")
                    #expect(found.contains(altText), "“\(query)” finds the alt text “\(example.caption)”")
                }
                for query in example.missed {
                    let found = try await test.findPosts(SearchQuery(query))
                    #expect(!found.contains(post), "“\(query)” does not find “\(example.caption)”")
                    #expect(!found.contains(altText), "“\(query)” does not find “\(example.caption)”")
                }
            }
        }
    }

    @Test func `any part of a text in a script without spaces is found`() async throws {
        try await check(Self.unspaced)
    }

    @Test func `spellings of a word find each other`() async throws { try await check(Self.spaced) }

    @Test func `an emoji finds the captions with it`() async throws { try await check(Self.emoji) }

    @Test func `people are found by any part of a name without spaces, and by any spelling`() async throws {
        try await TestCommunity.with { test in
            let people = [
                ("tanaka", "田中太郎", ["田中", "中太", "郎", "太郎 田", "tana"]),
                ("kim", "김민수", ["민수", "김", "수", "김민수", "ki 민"]),
                ("wong", "สมชาย ใจดี", ["ชาย", "ใจ", "สม", "ดี", "ใจดี สมชาย"]),
                ("gauss", "Carl Gauß", ["gauß", "GAUSS", "gaus", "gauss car", "c g"]),
                ("ilkay", "İlkay Işık", ["ilkay", "ILKAY", "isik", "ışı", "IŞIK"]),
                ("reza", "رضا نیک\u{200C}پی", ["نیکپی", "نیک", "رضـا", "نیک\u{200C}پی", "رِضا"]),
                ("sun", "Sol 🌞", ["🌞", "sol 🌞", "🌞so", "sol", "🌞\u{FE0F}"]),
            ]
            for (username, name, _) in people {
                let viewer = try await test.member(username)
                _ = try await test.community.accounts.edit(ProfileEdit(fullName: name), by: viewer)
            }
            for (username, name, queries) in people {
                for query in queries {
                    let found = try await test.community.search.people(
                        SearchQuery(query), for: nil, page: .first)
                    #expect(found.items.map(\.username) == [username], "“\(query)” finds \(name)")
                }
            }
        }
    }

    @Test func `texts without a word are no error, and find nothing`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            _ = try await test.insertPosts(
                [
                    SearchedText(caption: String(repeating: "\"", count: 200) + " · ' \\ \u{301}"),
                    SearchedText(caption: String(repeating: "ab ", count: 700)),
                ], by: ada)
            let texts = [
                "\u{301}", "\u{93E}", "\u{20E3}", "\u{E49}", "\u{64B}", "ـ", "\u{200C}", "\u{FE0F}", "🏽", "·",
                "'",
                "\\", "\\\\'", ":*", "& | !", "<->", "()", "{} :", "-", "^", "+",
                "\u{0}", "\u{FFFD}", "\u{FFFF}", "%_", "™", "\u{E000}", "\u{3164}", "、。", "\u{115F}",
            ]
            let many = ["\"", "'", "\\", "(", "*", ":", "\u{301}", "e\u{301}\u{302}", "-", "😶\u{200D}"].map {
                String(repeating: $0, count: 200)
            }
            for text in texts + many {
                let query = try SearchQuery(text)
                #expect(try await test.findPosts(query) == [], "\(text.debugDescription)")
                let search = test.community.search
                #expect(try await search.people(query, for: nil, page: .first).items.isEmpty)
                _ = try await search.tags(query, for: nil, page: .first)
            }
            // Words in a query that is syntax for an engine.
            for text in [
                "ab OR zebra", "ab AND", "NOT ab", "ab NEAR zebra", "caption:zebra", "'ab':*B", "ab*",
            ] {
                _ = try await test.findPosts(SearchQuery(text))
            }
            #expect(try await test.findPosts(SearchQuery("(ab*")).count == 1)
        }
    }
}
