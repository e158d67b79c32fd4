import Storage

/// One page of a list, newest or oldest first.
package struct Page<Item: Sendable>: Sendable {
    package let items: [Item]
    /// Where the next page begins; nil on the last one.
    package let nextCursor: String?

    package init(items: [Item], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }

    /// A page out of one row more than was asked for: the extra row says that there is a next page.
    init(_ items: [Item], limit: Int, cursor: (Item) -> some CustomStringConvertible) {
        self.items = Array(items.prefix(limit))
        nextCursor = items.count > limit ? self.items.last.map { cursor($0).description } : nil
    }

    package func map<Other: Sendable>(_ make: (Item) throws -> Other) rethrows -> Page<Other> {
        Page<Other>(items: try items.map(make), nextCursor: nextCursor)
    }
}

/// Which page is asked for. A list goes by ids, which grow with time; a page is a stretch of it taken from either end.
package struct PageRequest: Sendable {
    package static let defaultLimit = 20
    package static let limits = 1...100

    /// The end of a list that a page begins at, or nearer to which it begins.
    package enum End: Sendable { case newest, oldest }

    /// Nil for the end that the list runs from by itself.
    package let from: End?
    /// The id at which the page before ended; nil for the first page.
    package let cursor: Int64?
    /// Bounds that hold besides: ids below the one and above the other.
    package let below: Int64?
    package let above: Int64?
    package let limit: Int

    package static let first = PageRequest(limit: defaultLimit)

    package init(from: End? = nil, cursor: Int64? = nil, below: Int64? = nil, above: Int64? = nil, limit: Int)
    {
        self.from = from
        self.cursor = cursor
        self.below = below
        self.above = above
        self.limit = limit
    }

    /// Reads what a client sent.
    /// - Throws: ``Problem`` of kind `unreadable` for a cursor or limit that is none.
    package init(cursor: String?, limit: String?) throws(Problem) {
        var from: Int64?
        if let cursor {
            guard let id = Int64(cursor), id > 0, String(id) == cursor else { throw Self.wrongCursor }
            from = id
        }
        var count = Self.defaultLimit
        if let limit {
            guard let number = Int(limit), Self.limits.contains(number), String(number) == limit else {
                throw Problem(.unreadable, field: "limit", "“limit” must be a number from 1 to 100.")
            }
            count = number
        }
        self.init(cursor: from, limit: count)
    }

    /// What is said of a cursor that is none, or one of another list.
    package static let wrongCursor = Problem(
        .unreadable, field: "cursor",
        "The cursor is not valid: pass nextCursor of the page before, of the same list.")

    /// Whether it is the first page.
    package var isFirst: Bool { cursor == nil }

    /// One row more than the page holds, to know whether another page follows.
    var rows: Int { limit + 1 }

    /// The stretch of a list that runs from `end` unless another is asked for.
    func stretch(from end: End = .newest) -> PageQuery {
        let end = from ?? end
        let (below, above) = (below ?? .max, above ?? 0)
        return switch end {
        case .newest: PageQuery(end: end, below: min(below, cursor ?? .max), above: above)
        case .oldest: PageQuery(end: end, below: below, above: max(above, cursor ?? 0))
        }
    }
}

/// Where in a list a page lies, as SQL over the column that the list goes by.
struct PageQuery {
    let end: PageRequest.End
    let below: Int64
    let above: Int64

    /// Whether it is the newest page of a list without bounds.
    var isWhole: Bool { end == .newest && below == .max && above == 0 }

    /// The condition for `WHERE`.
    func holds(_ id: SQL) -> SQL { "\(id) < \(below) AND \(id) > \(above)" }

    /// What stands after `ORDER BY`.
    func order(_ id: SQL) -> SQL { end == .newest ? "\(id) DESC" : id }
}
