import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat

extension Response {
    /// Creates a response with a JSON body.
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

    /// A response without a body.
    package static var noContent: Response { Response(status: .noContent) }

    /// Redirects a browser to another page, which it requests with GET.
    package static func seeOther(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path, .contentLength: "0"])
    }
}

extension Request {
    /// Decodes the JSON body.
    /// - Throws: ``Problem`` of kind `unsupported`, `unreadable`, or `invalid` with the field that is missing
    ///   or wrong; `HTTPError` if the body is too large.
    package func json<Value: Decodable>(_: Value.Type) async throws -> Value {
        guard mediaType == "application/json" else {
            throw Problem(.unsupported, "Send JSON with Content-Type: application/json.")
        }
        let body = try await wholeBody()
        guard CharacterRuns.areBounded(inJSON: body.readableBytesView) else { throw Problem.longCharacterRun }
        do {
            return try JSONDecoder().decode(Value.self, from: Data(buffer: body))
        } catch let error as DecodingError {
            throw Problem(error)
        }
    }

    /// Reads the body into memory.
    /// - Throws: `HTTPError` if it is larger than ``WebContext/bodyLimit``.
    package func wholeBody() async throws -> ByteBuffer {
        let length = headers[.contentLength].flatMap { Int($0) } ?? WebContext.bodyLimit
        guard (0...WebContext.bodyLimit).contains(length) else { throw HTTPError(.contentTooLarge) }
        // The buffer has its full capacity at once: growing it would need up to twice the memory.
        var whole = ByteBufferAllocator().buffer(capacity: length)
        for try await chunk in body {
            guard whole.readableBytes + chunk.readableBytes <= WebContext.bodyLimit else {
                throw HTTPError(.contentTooLarge)
            }
            whole.writeImmutableBuffer(chunk)
        }
        return whole
    }

    /// The media type of the body, without parameters, in lower case.
    package var mediaType: String {
        let value = headers[.contentType] ?? ""
        return value.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace }
    }
}

extension Problem {
    /// Describes why a JSON body could not be decoded, with the field that the error is about.
    fileprivate init(_ error: DecodingError) {
        /// Returns a path such as `media[0].altText`.
        func field(_ path: [any CodingKey]) -> String {
            path.reduce("") { path, key in
                if let index = key.intValue { return "\(path)[\(index)]" }
                return path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)"
            }
        }
        switch error {
        case .keyNotFound(let key, let context):
            let name = field(context.codingPath + [key])
            self.init(.invalid, field: name, "“\(name)” is missing.")
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            let name = field(context.codingPath)
            guard !name.isEmpty else {
                self.init(.unreadable, "The body must be a JSON object.")
                return
            }
            self.init(.invalid, field: name, "“\(name)” must be \(Self.jsonName(of: type)).")
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            self.init(.invalid, field: field(context.codingPath), context.debugDescription)
        default: self.init(.unreadable, "The body is not valid JSON.")
        }
    }

    /// The name of a type in JSON.
    private static func jsonName(of type: any Any.Type) -> String {
        switch type {
        case is Int.Type, is Int64.Type: "a whole number"
        case is Bool.Type: "true or false"
        case is String.Type: "a string"
        case is [Any].Type: "an array"
        default: String(describing: type).hasPrefix("Array<") ? "an array" : "an object"
        }
    }
}
