import Foundation

/// Checks responses against the part of JSON Schema that the OpenAPI document of the API uses.
package struct JSONSchema: @unchecked Sendable {
    // Sendable is unchecked because of `Any`; the document is never changed after parsing.
    private let document: [String: Any]

    package init(openAPI bytes: [UInt8]) throws {
        document = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] ?? [:]
    }

    /// The documented operations, each as method and path.
    package var operations: Set<String> {
        let paths = document["paths"] as? [String: [String: Any]] ?? [:]
        return Set(paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } })
    }

    /// Returns the differences between a response and its description; empty if there are none.
    package func faults(method: String, path: String, status: Int, contentType: String?, body: Data)
        -> [String]
    {
        guard let operation = operation(method, path) else {
            return status == 404 ? [] : ["\(method) \(path) is not documented"]
        }
        let responses = operation["responses"] as? [String: [String: Any]] ?? [:]
        guard var response = responses[String(status)] else {
            return ["\(method) \(path): status \(status) is not documented"]
        }
        if let reference = response["$ref"] as? String { response = lookUp(reference) }
        guard let content = response["content"] as? [String: [String: Any]] else {
            return body.isEmpty ? [] : ["\(method) \(path) \(status): the response body is not documented"]
        }
        let type = contentType.map { String($0.prefix { $0 != ";" }) } ?? ""
        guard let media = content[type] else {
            return ["\(method) \(path) \(status): content type “\(type)” is not documented"]
        }
        guard let schema = media["schema"] as? [String: Any] else { return [] }
        guard let value = try? JSONSerialization.jsonObject(with: body, options: .fragmentsAllowed) else {
            return ["\(method) \(path) \(status): the body is not JSON"]
        }
        return faults(in: value, schema, at: "\(method) \(path) \(status)")
    }

    /// The `operationId`s, in no particular order.
    package var operationIDs: [String] {
        let paths = document["paths"] as? [String: [String: [String: Any]]] ?? [:]
        return paths.values.flatMap(\.values).compactMap { $0["operationId"] as? String }
    }

    /// The differences between examples and their schemas, and the examples that are missing.
    package var exampleFaults: [String] {
        func check(_ content: Any?, at place: String) -> [String] {
            (content as? [String: [String: Any]] ?? [:]).flatMap { type, media -> [String] in
                guard let schema = media["schema"] as? [String: Any], schema["$ref"] != nil else { return [] }
                guard let example = media["example"] else { return ["\(place) \(type): no example"] }
                return faults(in: example, schema, at: "\(place) \(type)")
            }
        }
        let paths = document["paths"] as? [String: [String: [String: Any]]] ?? [:]
        let operations = paths.values.flatMap(\.values)
        let ofOperations = operations.flatMap { operation -> [String] in
            let name = operation["operationId"] as? String ?? "?"
            let body = operation["requestBody"] as? [String: Any]
            let responses = operation["responses"] as? [String: [String: Any]] ?? [:]
            return check(body?["content"], at: "\(name), request")
                + responses.flatMap { check($1["content"], at: "\(name), \($0)") }
        }
        let components = document["components"] as? [String: Any]
        let problems = components?["responses"] as? [String: [String: Any]] ?? [:]
        return ofOperations + problems.flatMap { check($1["content"], at: $0) }
    }

    private func operation(_ method: String, _ path: String) -> [String: Any]? {
        let paths = document["paths"] as? [String: [String: [String: Any]]] ?? [:]
        let parts = path.split(separator: "/")
        let found = paths.filter { template, methods in
            let pieces = template.split(separator: "/")
            return methods[method.lowercased()] != nil && pieces.count == parts.count
                && zip(pieces, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        // A literal path segment has precedence over a parameter.
        let best = found.min { $0.key.filter { $0 == "{" }.count < $1.key.filter { $0 == "{" }.count }
        return best?.value[method.lowercased()]
    }

    private func lookUp(_ reference: String) -> [String: Any] {
        reference.split(separator: "/").dropFirst().reduce(document) {
            $0[String($1)] as? [String: Any] ?? [:]
        }
    }

    private func faults(in value: Any, _ schema: [String: Any], at place: String) -> [String] {
        if let reference = schema["$ref"] as? String {
            return faults(in: value, lookUp(reference), at: place)
        }
        if let choices = schema["anyOf"] as? [[String: Any]] {
            return choices.contains { faults(in: value, $0, at: place).isEmpty }
                ? [] : ["\(place): matches no schema of anyOf"]
        }
        let types = (schema["type"] as? [String]) ?? (schema["type"] as? String).map { [$0] } ?? []
        guard types.isEmpty || types.contains(where: { Self.isOf($0, value) }) else {
            return ["\(place): is not of type \(types)"]
        }
        if let allowed = schema["enum"] as? [String], let text = value as? String, !allowed.contains(text) {
            return ["\(place): “\(text)” is not one of \(allowed)"]
        }
        if let items = value as? [Any], let schema = schema["items"] as? [String: Any] {
            return items.enumerated().flatMap { faults(in: $1, schema, at: "\(place)[\($0)]") }
        }
        guard let object = value as? [String: Any],
            let properties = schema["properties"] as? [String: [String: Any]]
        else {
            return []
        }
        let missing = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }.map {
            "\(place): lacks the required field \($0)"
        }
        // Clients ignore unknown fields. The tests do not, because an unknown field is an undocumented one.
        let unknown = object.keys.filter { properties[$0] == nil }
        return missing + unknown.map { "\(place): has the undocumented field \($0)" }
            + object.flatMap { name, value in
                properties[name].map { faults(in: value, $0, at: "\(place).\(name)") } ?? []
            }
    }

    private static func isOf(_ type: String, _ value: Any) -> Bool {
        let isBoolean = (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false
        return switch type {
        case "string": value is String
        case "integer": !isBoolean && value is Int
        case "boolean": isBoolean
        case "array": value is [Any]
        case "object": value is [String: Any]
        case "null": value is NSNull
        default: false
        }
    }
}
