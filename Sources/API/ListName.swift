import Core
import Hummingbird
import Web

/// The lists of the API. A cursor begins with the name of its list (`explore-251740071191191772`), so that a
/// cursor of another list is rejected instead of being used as a position in this one.
package enum ListName: String, Sendable, CaseIterable {
    case home, explore, profile, tag, saved, likes, comments, followers, following, requests, blocks, mutes
    case notifications, search

    /// The pattern of the cursors of this list, a regular expression. Most positions are ids. The position of
    /// a search is the number of preceding results.
    package var cursorPattern: String {
        switch self {
        case .search: "^search-([1-9][0-9]{0,2}|1000)$"
        default: "^\(rawValue)-([1-9][0-9]{0,17}|[1-8][0-9]{18})$"
        }
    }

    /// The maximum position of a cursor of this list.
    private var maxPosition: Int64 { self == .search ? 1000 : 8_999_999_999_999_999_999 }

    /// Returns the cursor for a position.
    func cursor(_ position: String) -> String { "\(rawValue)-\(position)" }

    /// Returns the position of a cursor.
    /// - Throws: ``Problem`` of kind `unreadable` if the cursor is not valid or belongs to another list.
    fileprivate func position(_ cursor: Substring) throws(Problem) -> String {
        let parts = cursor.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == rawValue, let position = Int64(parts[1]),
            String(position) == parts[1],
            (1...maxPosition).contains(position)
        else { throw PageRequest.invalidCursor }
        return String(position)
    }
}

extension Request {
    /// Returns the page of a list that the query requests.
    func page(of list: ListName) throws(Problem) -> PageRequest {
        var cursor: String?
        if let given = uri.queryParameters["cursor"] { cursor = try list.position(given) }
        return try PageRequest(cursor: cursor, limit: uri.queryParameters["limit"].map { String($0) })
    }
}
