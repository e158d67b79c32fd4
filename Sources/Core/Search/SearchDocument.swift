/// The terms of texts in the form of each engine. The position of a term is its place in the text, so that a
/// run of characters is found as terms that follow each other.
///
/// The limits are those of PostgreSQL, with SQLite too, so that both find the same.
struct SearchDocument {
    /// How many terms are indexed. PostgreSQL has 16,383 positions.
    static let termLimit = 16_000
    /// How many places of the same term are indexed. PostgreSQL has 255.
    static let repetitionLimit = 255
    /// What SQLite has in place of a term that is not indexed. No word contains it.
    private static let gap = "·"

    /// The terms of each text; nil for a term that is not indexed.
    private var fields: [[String?]] = []

    init(_ texts: String...) {
        var repetitions: [String: Int] = [:]
        var left = Self.termLimit
        for text in texts {
            var terms: [String?] = []
            for term in SearchWord.words(in: text).lazy.flatMap(\.indexTerms) {
                guard left > 0 else { break }
                left -= 1
                let count = repetitions[term, default: 0] + 1
                repetitions[term] = count
                terms.append(count <= Self.repetitionLimit ? term : nil)
            }
            fields.append(terms)
        }
    }

    /// A column of FTS5 for each text. Its tokenizer `ascii` only splits at the spaces.
    var columns: [String] {
        fields.map { terms in terms.map { $0 ?? Self.gap }.joined(separator: " ") }
    }

    /// The text of a `tsvector` (https://www.postgresql.org/docs/current/datatype-textsearch.html) in which
    /// the terms of the first text have the weight A, and those of the second the weight B.
    var vector: String {
        var vector = ""
        var position = 0
        for (terms, weight) in zip(fields, ["A", "B"]) {
            for term in terms {
                position += 1
                if let term { vector += "'\(term)':\(position)\(weight) " }
            }
        }
        return vector
    }
}
