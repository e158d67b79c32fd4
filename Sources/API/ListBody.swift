import Core
import HTTPTypes
import Hummingbird
import Web

/// The JSON form of a page of a list.
struct ListBody<Item: JSONWritable>: JSONWritable {
    let items: [Item]
    let nextCursor: String?

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("items", items)
            json.field("nextCursor", orNull: nextCursor)
        }
    }
}

extension Page<AccountSummary> {
    /// Returns a response with the accounts of the page.
    func response(to request: Request, at site: Site, as list: ListName) -> Response {
        response(to: request, at: site, as: list) { SummaryBody(account: $0, site: site) }
    }
}

extension Page<Post> {
    /// Returns a response with the posts of the page.
    func response(to request: Request, at site: Site, as list: ListName) -> Response {
        response(to: request, at: site, as: list) { PostBody(post: $0, site: site) }
    }
}

extension Page {
    /// Returns a response with the page. The `Link` header contains the URL of the next page (RFC 8288).
    func response(
        to request: Request, at site: Site, as list: ListName, _ body: (Item) -> some JSONWritable
    ) -> Response {
        let nextCursor = nextCursor.map(list.cursor)
        var response = Response.json(ListBody(items: items.map(body), nextCursor: nextCursor))
        if let nextCursor {
            // Keep the other query items. Escape the characters that must not appear between “<” and “>”.
            let otherItems = (request.uri.query ?? "").split(separator: "&").filter {
                !$0.hasPrefix("cursor=")
            }
            .joined(separator: "&")
            .replacing("<", with: "%3C").replacing(">", with: "%3E").replacing("\"", with: "%22")
            let query = "cursor=\(nextCursor)" + (otherItems.isEmpty ? "" : "&" + otherItems)
            response.headers[.link] = #"<\#(site.absolute(request.uri.path))?\#(query)>; rel="next""#
        }
        return response
    }
}
