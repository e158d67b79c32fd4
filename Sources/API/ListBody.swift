import Core
import HTTPTypes
import Hummingbird
import Web

/// A page of a list in JSON.
private struct ListBody<Item: JSONWritable>: JSONWritable {
    let items: [Item]
    let nextCursor: String?

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("items", items)
            json.field("nextCursor", orNull: nextCursor)
        }
    }
}

extension Page {
    /// The page as an answer, with the next one's address in `Link` (RFC 8288).
    func answer(to request: Request, at site: Site, _ body: (Item) -> some JSONWritable) -> Response {
        var response = Response.json(ListBody(items: items.map(body), nextCursor: nextCursor))
        if let nextCursor {
            var query = "cursor=\(nextCursor)"
            if let limit = request.uri.queryParameters["limit"] { query += "&limit=\(limit)" }
            response.headers[.link] = "<\(site.absolute(request.uri.path))?\(query)>; rel=\"next\""
        }
        return response
    }
}
