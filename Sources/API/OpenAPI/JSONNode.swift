import Web

/// A JSON value as a tree, for documents that are made once.
indirect enum JSONNode: JSONWritable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    case text(String)
    case number(Int)
    case boolean(Bool)
    case null
    case array([JSONNode])
    /// The fields, in this order.
    case object([(String, JSONNode)])

    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int) { self = .number(value) }
    init(booleanLiteral value: Bool) { self = .boolean(value) }
    init(arrayLiteral elements: JSONNode...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSONNode)...) { self = .object(elements) }

    func write(to json: inout JSONText) {
        switch self {
        case .text(let text): json.value(text)
        case .number(let number): json.value(number)
        case .boolean(let boolean): json.value(boolean)
        case .null: json.null()
        case .array(let items): json.array { json in for item in items { json.item(item) } }
        case .object(let fields):
            json.object { json in for (name, value) in fields { json.field(named: name, value) } }
        }
    }

    /// This object with additional fields.
    func adding(_ fields: [(String, JSONNode)]) -> JSONNode {
        guard case .object(let own) = self else { return self }
        return .object(own + fields)
    }
}
