import Core
import HTTPTypes
import Hummingbird
import Web

/// A page of a list in JSON.
struct ListBody<Item: Encodable & Sendable>: Encodable, Sendable {
    let items: [Item]
    let nextCursor: Nullable<String>
}

/// A value that stands in JSON as `null` when it is missing, where a field of a shape must never be left out.
struct Nullable<Value: Encodable & Sendable>: Encodable, Sendable {
    let value: Value?

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value { try container.encode(value) } else { try container.encodeNil() }
    }
}

extension Page {
    /// The page as an answer, with the next one's address in `Link` (RFC 8288).
    func answer<Body: Encodable & Sendable>(
        to request: Request, at site: Site, _ body: (Item) -> Body
    ) throws -> Response {
        var response = try Response.json(
            ListBody(items: items.map(body), nextCursor: Nullable(value: nextCursor)))
        if let nextCursor {
            var query = "cursor=\(nextCursor)"
            if let limit = request.uri.queryParameters["limit"] { query += "&limit=\(limit)" }
            response.headers[.link] = "<\(site.absolute(request.uri.path))?\(query)>; rel=\"next\""
        }
        return response
    }
}
