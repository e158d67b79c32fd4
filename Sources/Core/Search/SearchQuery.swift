/// A search query: words, and optionally an author (`from:ada`) and tags (`#turin`).
package struct SearchQuery: Sendable, Equatable {
    package static let limit = 200
    /// How many different words are searched for, the first ones.
    static let wordLimit = 50

    package let text: String
    let words: [SearchWord]
    package let author: String?
    package let tags: [String]

    /// - Throws: ``Problem`` of kind `unreadable` if the query is too long.
    package init(_ typed: String) throws(Problem) {
        text = typed.trimmed.withoutNUL
        guard text.utf8.count <= TextLimit.bytes(for: Self.limit),
            TextLimit.characters(in: text) <= Self.limit
        else {
            throw Problem(.unreadable, field: "q", "Search for at most \(Self.limit) characters.")
        }
        var words: [SearchWord] = []
        var author: String?
        var tags: [String] = []
        for part in text.split(whereSeparator: \.isWhitespace) {
            if part.hasPrefix("from:"),
                Username.isPossible(Username.normalized(String(part.dropFirst(5))))
            {
                author = Username.normalized(String(part.dropFirst(5)))
            } else if part.hasPrefix("#") || part.hasPrefix("＃"), let tag = RichText.tag(String(part)) {
                tags.append(tag)
            } else {
                words += SearchWord.words(in: part)
            }
        }
        var seen: Set<SearchWord> = []
        // From the end, because the last word may be the beginning of a word.
        words = words.reversed().filter { seen.insert($0).inserted }.reversed()
        self.words = Array(words.prefix(Self.wordLimit))
        self.author = author
        self.tags = tags
    }

    var isEmpty: Bool { words.isEmpty && author == nil && tags.isEmpty }
}
