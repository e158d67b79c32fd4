import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat

extension Response {
    /// An answer in JSON.
    package static func json(
        _ value: some JSONWritable, status: HTTPResponse.Status = .ok,
        contentType: String = "application/json"
    ) -> Response {
        var json = JSONText()
        value.write(to: &json)
        return Response(
            status: status,
            headers: [
                .contentType: contentType, .contentLength: String(json.bytes.count),
                .cacheControl: "no-store",
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
        let length = headers[.contentLength].flatMap { Int($0) } ?? WebContext.bodyLimit
        guard (0...WebContext.bodyLimit).contains(length) else { throw HTTPError(.contentTooLarge) }
        // Made once and as large as it gets: growing it would take up to twice the room.
        var whole = ByteBufferAllocator().buffer(capacity: length)
        for try await piece in body {
            guard whole.readableBytes + piece.readableBytes <= WebContext.bodyLimit else {
                throw HTTPError(.contentTooLarge)
            }
            whole.writeImmutableBuffer(piece)
        }
        return whole
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
        /// `media[0].altText`
        func field(_ path: [any CodingKey]) -> String {
            path.reduce("") { path, key in
                if let place = key.intValue { return "\(path)[\(place)]" }
                return path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)"
            }
        }
        switch error {
        case .keyNotFound(let key, let context):
            let name = field(context.codingPath + [key])
            self.init(.invalid, field: name, "The field \(name) is missing.")
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            let name = field(context.codingPath)
            guard !name.isEmpty else {
                self.init(.unreadable, "The body must be an object in JSON.")
                return
            }
            self.init(.invalid, field: name, "“\(name)” must be \(Self.word(for: type)).")
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            self.init(.invalid, field: field(context.codingPath), context.debugDescription)
        default: self.init(.unreadable, "The body is not JSON, or not whole.")
        }
    }

    /// What a field must be, as JSON calls it.
    private static func word(for type: any Any.Type) -> String {
        switch type {
        case is Int.Type, is Int64.Type: "a whole number"
        case is Bool.Type: "true or false"
        case is String.Type: "a text"
        case is [Any].Type: "a list"
        default: String(describing: type).hasPrefix("Array<") ? "a list" : "an object"
        }
    }
}
