import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Cuts a multipart body (RFC 2046 §5.1.1) into parts, whatever the pieces it arrives in, and holds no more of it than
/// a piece and a boundary.
struct MultipartScanner {
    enum Event: Equatable {
        /// A part begins, with these header lines.
        case part(headers: String)
        /// More of the part's content.
        case content(ByteBuffer)
        /// The part is whole.
        case partEnd
        /// The closing boundary was read.
        case end
    }

    private enum State { case preamble, boundary, headers, content, epilogue }

    private let delimiter: [UInt8]
    private let headerBytes: Int
    private var state = State.preamble
    /// Begins with a line end, so that a boundary at the very start is found like every other.
    private var buffer = ByteBuffer(string: "\r\n")

    init(boundary: String, headerBytes: Int) {
        delimiter = Array("\r\n--\(boundary)".utf8)
        self.headerBytes = headerBytes
    }

    var isComplete: Bool { state == .epilogue }
    /// How many bytes wait for more; for tests of bounded memory.
    var waitingBytes: Int { buffer.readableBytes }

    mutating func append(_ piece: ByteBuffer) {
        buffer.discardReadBytes()
        buffer.writeImmutableBuffer(piece)
    }

    /// What follows; nil when more bytes are needed to tell.
    mutating func next() throws(MultipartError) -> Event? {
        while true {
            switch state {
            case .preamble:
                let found = find(delimiter)
                buffer.moveReaderIndex(forwardBy: found ?? max(0, buffer.readableBytes - delimiter.count + 1))
                guard found != nil else { return nil }
                buffer.moveReaderIndex(forwardBy: delimiter.count)
                state = .boundary
            case .boundary:
                guard let event = try afterBoundary() else { return nil }
                if event { return .end }
            case .headers: return try headers()
            case .content: return content()
            case .epilogue:
                buffer.clear()
                return nil
            }
        }
    }

    /// True after the closing boundary, false after another; nil when more is needed.
    private mutating func afterBoundary() throws(MultipartError) -> Bool? {
        guard let two = buffer.getBytes(at: buffer.readerIndex, length: 2) else { return nil }
        if two == Array("--".utf8) {
            state = .epilogue
            return true
        }
        // White space may stand before the line's end (RFC 2046: transport padding).
        guard let end = find(Array("\r\n".utf8)) else {
            guard buffer.readableBytes < 256 else { throw .malformed("a boundary's line does not end") }
            return nil
        }
        let padding = buffer.readBytes(length: end) ?? []
        guard padding.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else {
            throw .malformed("text follows a boundary")
        }
        // The line's end stays: headers end with an empty line, and a part without any begins with it.
        state = .headers
        return false
    }

    private mutating func headers() throws(MultipartError) -> Event? {
        guard let end = find(Array("\r\n\r\n".utf8)), end <= headerBytes else {
            guard buffer.readableBytes <= headerBytes else {
                throw .malformed("a part's header lines are too long")
            }
            return nil
        }
        let lines = buffer.readBytes(length: end) ?? []
        // Of the empty line, the second half may begin the next boundary: a part can be empty.
        buffer.moveReaderIndex(forwardBy: 4)
        state = .content
        guard let text = String(validating: lines, as: UTF8.self) else {
            throw .malformed("a part's header lines are not UTF-8")
        }
        return .part(headers: text)
    }

    private mutating func content() -> Event? {
        if let end = find(delimiter) {
            if end > 0, let slice = buffer.readSlice(length: end) { return .content(slice) }
            buffer.moveReaderIndex(forwardBy: delimiter.count)
            state = .boundary
            return .partEnd
        }
        // The tail may be the beginning of a boundary.
        let safe = buffer.readableBytes - delimiter.count + 1
        guard safe > 0, let slice = buffer.readSlice(length: safe) else { return nil }
        return .content(slice)
    }

    /// How far from here `bytes` stand.
    private func find(_ bytes: [UInt8]) -> Int? {
        buffer.withUnsafeReadableBytes { hay in
            guard let start = hay.baseAddress else { return nil }
            var offset = 0
            // Every sequence looked for begins with a carriage return, which is rare in photos and text alike.
            while hay.count - offset >= bytes.count,
                let found = memchr(start + offset, CInt(bytes[0]), hay.count - offset - bytes.count + 1)
            {
                offset = UnsafeRawPointer(found) - start
                if memcmp(found, bytes, bytes.count) == 0 { return offset }
                offset += 1
            }
            return nil
        }
    }
}
