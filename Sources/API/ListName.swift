import Core
import Hummingbird
import Web

/// The lists of the API. A cursor begins with the name of its list (`explore-251740071191191772`), so that a
/// cursor of another list is rejected instead of being used as a position in this one.
package enum ListName: String, Sendable, CaseIterable {
    case home, explore, profile, tag, saved, likes, comments, followers, following, requests, blocks, mutes
    case notifications, search

    /// The pattern of the cursors of this list, a regular expression. Most positions are ids. The position of
    /// a search result is the values that the results are sorted by.
    package var cursorPattern: String {
        switch self {
        case .search: "^search-\(SearchCursor.pattern)$"
        default: "^\(rawValue)-\(IDRange.pattern)$"
        }
    }

    /// Returns the cursor for a position.
    func cursor(_ position: String) -> String { "\(rawValue)-\(position)" }

    /// Returns the position of a cursor.
    /// - Throws: ``Problem`` of kind `unreadable` if the cursor belongs to another list.
    fileprivate func position(_ cursor: Substring) throws(Problem) -> String {
        let parts = cursor.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == rawValue else { throw PageRequest.invalidCursor }
        return String(parts[1])
    }

    /// Returns the id that is the position of a cursor.
    /// - Throws: ``Problem`` of kind `unreadable` if the cursor is not valid or belongs to another list.
    fileprivate func id(_ cursor: Substring) throws(Problem) -> String {
        let position = try position(cursor)
        guard let id = Int64(position), String(id) == position, IDRange.all.contains(id) else {
            throw PageRequest.invalidCursor
        }
        return position
    }
}

extension Request {
    /// Returns the page of a list that the query requests.
    func page(of list: ListName) throws(Problem) -> PageRequest {
        var cursor: String?
        if let given = uri.queryParameters["cursor"] { cursor = try list.id(given) }
        return try PageRequest(cursor: cursor, limit: uri.queryParameters["limit"].map { String($0) })
    }

    /// Returns the page of search results that the query requests.
    func page<Position>(of list: ListName, by _: Position.Type) throws(Problem) -> SearchPage<Position> {
        var cursor: String?
        if let given = uri.queryParameters["cursor"] { cursor = try list.position(given) }
        return try SearchPage(cursor: cursor, limit: uri.queryParameters["limit"].map { String($0) })
    }
}
