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

/// Which page is asked for.
package struct PageRequest: Sendable {
    package static let defaultLimit = 20
    package static let limits = 1...100

    /// The id at which the page before ended; nil for the first page.
    package let cursor: Int64?
    package let limit: Int

    package static let first = PageRequest(limit: defaultLimit)

    package init(limit: Int) {
        cursor = nil
        self.limit = limit
    }

    /// Reads what a client sent.
    /// - Throws: ``Problem`` of kind `unreadable` for a cursor or limit that is none.
    package init(cursor: String?, limit: String?) throws(Problem) {
        if let cursor, !cursor.isEmpty {
            guard let id = Int64(cursor), id > 0 else {
                throw Problem(
                    .unreadable, field: "cursor", "This cursor is none of ours: take nextCursor of the page before.")
            }
            self.cursor = id
        } else {
            self.cursor = nil
        }
        guard let limit, !limit.isEmpty else {
            self.limit = Self.defaultLimit
            return
        }
        guard let number = Int(limit), Self.limits.contains(number) else {
            throw Problem(.unreadable, field: "limit", "A limit is a number from 1 to 100.")
        }
        self.limit = number
    }

    /// Whether it is the first page.
    package var isFirst: Bool { cursor == nil }

    /// For lists that run from new to old: ids below this one.
    var below: Int64 { cursor ?? .max }
    /// For lists that run from old to new: ids above this one.
    var above: Int64 { cursor ?? 0 }
    /// One row more than the page holds, to know whether another page follows.
    var rows: Int { limit + 1 }
}
