import Core
import Hummingbird
import Web

/// The lists of the API. A cursor names the list that it is a place of (`explore-251740071191191772`), so that a
/// cursor of another list is refused, and not taken for a place in this one.
package enum ListName: String, Sendable, CaseIterable {
    case home, explore, profile, tag, saved, likes, comments, followers, following, requests, blocks, mutes
    case notifications, search

    /// What a cursor of this list looks like, as a regular expression. Most go by ids; search counts what came before.
    package var cursorPattern: String {
        switch self {
        case .search: "^search-([1-9][0-9]{0,2}|1000)$"
        default: "^\(rawValue)-([1-9][0-9]{0,17}|[1-8][0-9]{18})$"
        }
    }

    /// The greatest place that a cursor of this list stands for.
    private var lastPlace: Int64 { self == .search ? 1000 : 8_999_999_999_999_999_999 }

    /// A place of this list as clients are given it.
    func cursor(_ place: String) -> String { "\(rawValue)-\(place)" }

    /// The place that a cursor stands for.
    /// - Throws: ``Problem`` of kind `unreadable` for what is no cursor, or one of another list.
    fileprivate func place(_ cursor: Substring) throws(Problem) -> String {
        let parts = cursor.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == rawValue, let place = Int64(parts[1]), String(place) == parts[1],
            (1...lastPlace).contains(place)
        else { throw PageRequest.wrongCursor }
        return String(place)
    }
}

extension Request {
    /// Which page of a list is asked for.
    func page(of list: ListName) throws(Problem) -> PageRequest {
        var cursor: String?
        if let given = uri.queryParameters["cursor"] { cursor = try list.place(given) }
        return try PageRequest(cursor: cursor, limit: uri.queryParameters["limit"].map { String($0) })
    }
}
