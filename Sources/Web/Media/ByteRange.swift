/// The part of a file that a request asks for (RFC 9110 §14).
enum ByteRange: Equatable {
    case whole
    case part(Range<Int64>)
    case unsatisfiable

    /// Parses a `Range` header. Anything but a single byte range is ignored, which the RFC allows.
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

    /// Whether an `If-None-Match` header matches the entity tag (RFC 9110 §13.1.2: weak comparison).
    static func matches(_ field: String, etag: String) -> Bool {
        field.split(separator: ",").contains { candidate in
            let tag = candidate.filter { $0 != " " }
            return tag == "*" || tag == etag || tag == "W/" + etag
        }
    }
}
