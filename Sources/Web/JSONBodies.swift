import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat

extension Response {
    /// An answer in JSON.
    package static func json(
        _ value: some JSONWritable, status: HTTPResponse.Status = .ok, contentType: String = "application/json"
    ) -> Response {
        var json = JSONText()
        value.write(to: &json)
        return Response(
            status: status,
            headers: [
                .contentType: contentType, .contentLength: String(json.bytes.count), .cacheControl: "no-store",
            ], body: .init(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }

    /// An answer without a body.
    package static var noContent: Response { Response(status: .noContent) }

    /// Sends a browser to another page, to be fetched by GET.
    package static func seeOther(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path, .contentLength: "0"])
    }
}

extension Request {
    /// The body as a value of JSON.
    /// - Throws: ``Problem``: `unsupported`, `tooLarge`, or `unreadable` with the field that is missing or wrong.
    package func json<Value: Decodable>(_: Value.Type) async throws -> Value {
        guard mediaType == "application/json" else {
            throw Problem(.unsupported, "Send JSON here, with Content-Type: application/json.")
        }
        let body = try await wholeBody()
        do {
            return try JSONDecoder().decode(Value.self, from: Data(buffer: body))
        } catch let error as DecodingError {
            throw Problem(error)
        }
    }

    /// The body in memory.
    package func wholeBody() async throws -> ByteBuffer {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > WebContext.bodyLimit {
            throw HTTPError(.contentTooLarge)
        }
        return try await body.collect(upTo: WebContext.bodyLimit)
    }

    /// The type of the body, without its parameters, in lower case.
    package var mediaType: String {
        let value = headers[.contentType] ?? ""
        return value.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace }
    }
}

extension Problem {
    /// Why a body of JSON could not be read, with the field it is about.
    fileprivate init(_ error: DecodingError) {
        func field(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: ".") }
        switch error {
        case .keyNotFound(let key, let context):
            let name = field(context.codingPath + [key])
            self.init(.invalid, field: name, "The field \(name) is missing.")
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            let name = field(context.codingPath)
            self.init(.invalid, field: name, "The field \(name) has another type than this.")
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            self.init(.invalid, field: field(context.codingPath), context.debugDescription)
        default: self.init(.unreadable, "The body is not JSON, or not whole.")
        }
    }
}
