import NIOCore
import NIOPosix

/// A range of a file piece by piece, read only as fast as the reader asks, on threads for blocking work.
struct FilePieces: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    private static let size: Int64 = 32 * 1024
    let file: OpenFile
    let range: Range<Int64>
    let threads: NIOThreadPool

    func makeAsyncIterator() -> Iterator { Iterator(pieces: self, position: range.lowerBound) }

    struct Iterator: AsyncIteratorProtocol {
        let pieces: FilePieces
        var position: Int64

        mutating func next() async throws -> ByteBuffer? {
            guard position < pieces.range.upperBound else { return nil }
            let start = position
            let count = Int(Swift.min(FilePieces.size, pieces.range.upperBound - start))
            let piece = try await pieces.threads.runIfActive { [file = pieces.file] in
                try file.read(count, at: start)
            }
            position += Int64(piece.readableBytes)
            return piece
        }
    }
}
