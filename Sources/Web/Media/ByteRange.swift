/// What part of a file is asked for (RFC 9110 §14).
enum ByteRange: Equatable {
    case whole
    case part(Range<Int64>)
    case unsatisfiable

    /// Reads a `Range` field. What is not one range of bytes may be ignored, and is.
    static func parse(_ field: String?, size: Int64) -> ByteRange {
        guard let field, field.hasPrefix("bytes=") else { return .whole }
        let ends = field.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, ends.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            return .whole
        }
        switch (Int64(ends[0]), Int64(ends[1])) {
        case (nil, let count?) where ends[0].isEmpty:
            guard count > 0, size > 0 else { return .unsatisfiable }
            return .part(max(0, size - count)..<size)
        case (let first?, nil) where ends[1].isEmpty:
            return first < size ? .part(first..<size) : .unsatisfiable
        case (let first?, let last?) where first <= last:
            return first < size ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
        default: return .whole
        }
    }

    /// Whether an `If-None-Match` field names the tag (RFC 9110 §13.1.2: weak comparison).
    static func matches(_ field: String, etag: String) -> Bool {
        field.split(separator: ",").contains { candidate in
            let tag = candidate.filter { $0 != " " }
            return tag == "*" || tag == etag || tag == "W/" + etag
        }
    }
}
