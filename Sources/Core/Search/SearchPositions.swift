import Encodings

/// The position of a search result: the values that its list is sorted by. The next page contains what comes
/// after them, so it neither repeats nor omits results when others appear or disappear meanwhile.
package protocol SearchPosition: Sendable {
    /// The name of the list in its cursors.
    static var list: String { get }
    /// The number of ``fields``.
    static var fieldCount: Int { get }
    /// The values as a cursor contains them. Only the last may contain a hyphen.
    var fields: [String] { get }
    /// Returns nil for values that no result can have.
    init?(fields: [String])
}

extension SearchPosition {
    /// The cursor of the page after this position, such as `posts-0-251740071191191772`.
    var cursor: String { ([Self.list] + fields).joined(separator: "-") }

    /// Reads a cursor. Returns nil if it belongs to another list, or is not exactly what ``cursor`` returns.
    init?(cursor: String) {
        let parts = cursor.split(separator: "-", maxSplits: Self.fieldCount, omittingEmptySubsequences: false)
        guard parts.count == Self.fieldCount + 1, parts[0] == Self.list else { return nil }
        self.init(fields: parts.dropFirst().map { String($0) })
        guard self.cursor.utf8.elementsEqual(cursor.utf8) else { return nil }
    }
}

/// A request for one page of search results.
package struct SearchPage<Position: SearchPosition>: Sendable {
    /// Nil for the first page.
    let after: Position?
    let limit: Int

    package static var first: Self { Self(limit: PageRequest.defaultLimit) }

    package init(after: Position? = nil, limit: Int) {
        self.after = after
        self.limit = limit
    }

    /// Reads the query parameters that a client sent.
    /// - Throws: ``Problem`` of kind `unreadable` for a cursor or a limit that is not valid.
    package init(cursor: String?, limit: String?) throws(Problem) {
        var after: Position?
        if let cursor {
            guard let position = Position(cursor: cursor) else { throw PageRequest.invalidCursor }
            after = position
        }
        self.init(after: after, limit: try PageRequest(cursor: nil, limit: limit).limit)
    }

    /// The number of rows to fetch; see ``PageRequest/fetchLimit``.
    var fetchLimit: Int { limit + 1 }
}

/// People are sorted by how their name matches, then by followers, then by id.
package struct PersonPosition: SearchPosition, Equatable {
    package static let list = "users"
    package static let fieldCount = 3
    /// 0 for the exact username, 1 for a username that begins with the query, 2 for others.
    let rank: Int64
    let followers: Int64
    let id: Int64

    package var fields: [String] { [String(rank), String(followers), String(id)] }

    init(rank: Int64, followers: Int64, id: Int64) {
        self.rank = rank
        self.followers = followers
        self.id = id
    }

    package init?(fields: [String]) {
        guard let rank = Int64(fields[0]), (0...2).contains(rank),
            let followers = Int64(fields[1]), (0...9_999_999_999).contains(followers),
            let id = Int64(fields[2]), IDRange.all.contains(id)
        else { return nil }
        self.init(rank: rank, followers: followers, id: id)
    }
}

/// Tags are sorted by the number of their posts, then by name.
package struct TagPosition: SearchPosition, Equatable {
    package static let list = "tags"
    package static let fieldCount = 2
    let posts: Int64
    let tag: String

    /// A tag may contain any letters, so its bytes are encoded.
    package var fields: [String] { [String(posts), Base64URL.encode(Array(tag.utf8))] }

    init(posts: Int64, tag: String) {
        self.posts = posts
        self.tag = tag
    }

    package init?(fields: [String]) {
        guard let posts = Int64(fields[0]), (1...Int64(Search.tagCountLimit)).contains(posts),
            (1...SearchCursor.maxTagLength).contains(fields[1].utf8.count),
            let bytes = Base64URL.decode(fields[1]), !bytes.contains(0),
            let tag = String(validating: bytes, as: UTF8.self)
        else { return nil }
        self.init(posts: posts, tag: tag)
    }
}

/// Posts are sorted by where they contain the words, and then the newest come first.
package struct PostPosition: SearchPosition, Equatable {
    package static let list = "posts"
    package static let fieldCount = 2
    /// 0 for a post with all words in its caption, 1 for others.
    let rank: Int64
    let id: Int64

    package var fields: [String] { [String(rank), String(id)] }

    init(rank: Int64, id: Int64) {
        self.rank = rank
        self.id = id
    }

    package init?(fields: [String]) {
        guard let rank = Int64(fields[0]), (0...1).contains(rank),
            let id = Int64(fields[1]), IDRange.all.contains(id)
        else { return nil }
        self.init(rank: rank, id: id)
    }
}

/// What the cursors of the three lists have in common.
package enum SearchCursor {
    /// The maximum length of an encoded tag. A character has at most four bytes, and three bytes are
    /// encoded as four characters.
    static let maxTagLength = (RichText.tagLimit * 16 + 2) / 3

    /// The form of the cursors, a regular expression.
    package static let pattern = """
        (users-[0-2]-(0|[1-9][0-9]{0,9})-\(IDRange.pattern)\
        |tags-([1-9][0-9]?|100)-[A-Za-z0-9_-]{1,\(maxTagLength)}\
        |posts-[01]-\(IDRange.pattern))
        """
}
