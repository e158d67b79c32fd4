import Storage

/// One page of a list, newest or oldest first.
package struct Page<Item: Sendable>: Sendable {
    package let items: [Item]
    /// The cursor of the next page; nil on the last page.
    package let nextCursor: String?

    package init(items: [Item], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }

    /// Makes a page of up to `limit` items. The caller fetches one more row (``PageRequest/fetchLimit``).
    /// If that row exists, there is a next page.
    init(_ items: [Item], limit: Int, cursor: (Item) -> some CustomStringConvertible) {
        self.items = Array(items.prefix(limit))
        nextCursor = items.count > limit ? self.items.last.map { cursor($0).description } : nil
    }

    package func map<Other: Sendable>(_ transform: (Item) throws -> Other) rethrows -> Page<Other> {
        Page<Other>(items: try items.map(transform), nextCursor: nextCursor)
    }
}

/// A request for one page of a list. Lists are sorted by id, and ids increase over time. A page can start
/// from either end of the list.
package struct PageRequest: Sendable {
    package static let defaultLimit = 20
    package static let limits = 1...100

    /// The end of the list that paging starts from.
    package enum End: Sendable { case newest, oldest }

    /// Nil for the default end of the list.
    package let from: End?
    /// The last id of the previous page; nil for the first page.
    package let cursor: Int64?
    /// Additional bounds, both exclusive: the page contains only ids lower than `below` and higher than
    /// `above`.
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

    /// Reads the query parameters that a client sent.
    /// - Throws: ``Problem`` of kind `unreadable` for a cursor or a limit that is not valid.
    package init(cursor: String?, limit: String?) throws(Problem) {
        var start: Int64?
        if let cursor {
            guard let id = Int64(cursor), IDRange.all.contains(id), String(id) == cursor else {
                throw Self.invalidCursor
            }
            start = id
        }
        var count = Self.defaultLimit
        if let limit {
            guard let number = Int(limit), Self.limits.contains(number), String(number) == limit else {
                throw Problem(.unreadable, field: "limit", "“limit” must be a number from 1 to 100.")
            }
            count = number
        }
        self.init(cursor: start, limit: count)
    }

    /// The problem with a cursor that cannot be read, or that belongs to another list.
    package static let invalidCursor = Problem(
        .unreadable, field: "cursor",
        "The cursor is not valid: pass nextCursor of the previous page of the same list.")

    /// Whether this is the first page.
    package var isFirst: Bool { cursor == nil }

    /// The number of rows to fetch: one more than the page has, to know whether there is a next page.
    var fetchLimit: Int { limit + 1 }

    /// The part of the list that this page covers, as SQL.
    /// - Parameter end: the end that the list starts from if the request names none.
    func query(from end: End = .newest) -> PageQuery {
        let end = from ?? end
        let (below, above) = (below ?? .max, above ?? 0)
        return switch end {
        case .newest: PageQuery(end: end, below: min(below, cursor ?? .max), above: above)
        case .oldest: PageQuery(end: end, below: below, above: max(above, cursor ?? 0))
        }
    }
}

/// The part of a list that a page covers, as SQL over the column that the list is sorted by.
struct PageQuery {
    let end: PageRequest.End
    let below: Int64
    let above: Int64

    /// Whether this is the first page from the newest end, without bounds.
    var isNewestPage: Bool { end == .newest && below == .max && above == 0 }

    /// The condition for `WHERE`.
    func contains(_ id: SQL) -> SQL { "\(id) < \(below) AND \(id) > \(above)" }

    /// The expression for `ORDER BY`.
    func order(_ id: SQL) -> SQL { end == .newest ? "\(id) DESC" : id }
}
