import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Splits a multipart body (RFC 2046 §5.1.1) into parts, whatever the chunks it arrives in. It buffers no
/// more than a chunk and a boundary.
struct MultipartScanner {
    enum Event: Equatable {
        /// A part begins with these headers.
        case part(headers: [UInt8])
        /// More of the part’s content.
        case content(ByteBuffer)
        /// The part is complete.
        case partEnd
        /// The closing boundary was read.
        case end
    }

    private enum State { case preamble, boundary, headers, content, epilogue }

    private let delimiter: [UInt8]
    private let headerBytes: Int
    private var state = State.preamble
    /// The buffer begins with a line break, so that a boundary at the start of the body is found like any
    /// other.
    private var buffer = ByteBuffer(string: "\r\n")

    init(boundary: String, headerBytes: Int) {
        delimiter = Array("\r\n--\(boundary)".utf8)
        self.headerBytes = headerBytes
    }

    var isComplete: Bool { state == .epilogue }
    /// The number of buffered bytes, for tests of the memory use.
    var bufferedBytes: Int { buffer.readableBytes }

    mutating func append(_ chunk: ByteBuffer) {
        buffer.discardReadBytes()
        buffer.writeImmutableBuffer(chunk)
    }

    /// Returns the next event; nil if more bytes are needed.
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
                guard let isClosing = try readBoundaryLine() else { return nil }
                if isClosing { return .end }
            case .headers: return try readHeaders()
            case .content: return readContent()
            case .epilogue:
                buffer.clear()
                return nil
            }
        }
    }

    /// Reads the rest of the line after a boundary. Returns whether it is the closing boundary; nil if more
    /// bytes are needed.
    private mutating func readBoundaryLine() throws(MultipartError) -> Bool? {
        guard let next = buffer.getBytes(at: buffer.readerIndex, length: 2) else { return nil }
        if next == Array("--".utf8) {
            state = .epilogue
            return true
        }
        // White space may precede the line break (RFC 2046: transport padding).
        guard let end = find(Array("\r\n".utf8)) else {
            guard buffer.readableBytes < 256 else { throw .malformed("a boundary line does not end") }
            return nil
        }
        let padding = buffer.readBytes(length: end) ?? []
        guard padding.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else {
            throw .malformed("text follows a boundary")
        }
        // The line break stays in the buffer: the headers end with an empty line, also if there are none.
        state = .headers
        return false
    }

    private mutating func readHeaders() throws(MultipartError) -> Event? {
        guard let end = find(Array("\r\n\r\n".utf8)), end <= headerBytes else {
            guard buffer.readableBytes <= headerBytes else {
                throw .malformed("the headers of a part are too long")
            }
            return nil
        }
        let lines = buffer.readBytes(length: end) ?? []
        buffer.moveReaderIndex(forwardBy: 4)
        state = .content
        return .part(headers: lines)
    }

    private mutating func readContent() -> Event? {
        if let end = find(delimiter) {
            if end > 0, let slice = buffer.readSlice(length: end) { return .content(slice) }
            buffer.moveReaderIndex(forwardBy: delimiter.count)
            state = .boundary
            return .partEnd
        }
        // The last bytes may be the beginning of a boundary.
        let count = buffer.readableBytes - delimiter.count + 1
        guard count > 0, let slice = buffer.readSlice(length: count) else { return nil }
        return .content(slice)
    }

    /// Returns the offset of `bytes` from the reader index; nil if the buffer does not contain them.
    private func find(_ bytes: [UInt8]) -> Int? {
        buffer.withUnsafeReadableBytes { buffer in
            guard let start = buffer.baseAddress else { return nil }
            var offset = 0
            // All sequences that are searched begin with a carriage return, which is rare in photos and in
            // text.
            while buffer.count - offset >= bytes.count,
                let found = memchr(start + offset, CInt(bytes[0]), buffer.count - offset - bytes.count + 1)
            {
                offset = UnsafeRawPointer(found) - start
                if memcmp(found, bytes, bytes.count) == 0 { return offset }
                offset += 1
            }
            return nil
        }
    }
}
