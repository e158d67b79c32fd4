import Core
import HTTPTypes
import Hummingbird
import Web

/// A page of a list in JSON.
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
    /// People as an answer.
    func answer(to request: Request, at site: Site, as list: ListName) -> Response {
        answer(to: request, at: site, as: list) { SummaryBody(account: $0, site: site) }
    }
}

extension Page<Post> {
    /// Posts as an answer.
    func answer(to request: Request, at site: Site, as list: ListName) -> Response {
        answer(to: request, at: site, as: list) { PostBody(post: $0, site: site) }
    }
}

extension Page {
    /// The page as an answer, with the next one's address in `Link` (RFC 8288).
    func answer(
        to request: Request, at site: Site, as list: ListName, _ body: (Item) -> some JSONWritable
    ) -> Response {
        let nextCursor = nextCursor.map(list.cursor)
        var response = Response.json(ListBody(items: items.map(body), nextCursor: nextCursor))
        if let nextCursor {
            // Whatever else was asked for stays; these three characters would end the address.
            let rest = (request.uri.query ?? "").split(separator: "&").filter { !$0.hasPrefix("cursor=") }
                .joined(separator: "&")
                .replacing("<", with: "%3C").replacing(">", with: "%3E").replacing("\"", with: "%22")
            let query = "cursor=\(nextCursor)" + (rest.isEmpty ? "" : "&" + rest)
            response.headers[.link] = "<\(site.absolute(request.uri.path))?\(query)>; rel=\"next\""
        }
        return response
    }
}
