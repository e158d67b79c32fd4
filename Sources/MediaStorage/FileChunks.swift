import NIOCore
import NIOPosix

/// A range of a file as a sequence of chunks. Each chunk is read when the consumer asks for it, on a thread
/// for blocking work.
struct FileChunks: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    private static let chunkSize: Int64 = 32 * 1024
    let file: OpenFile
    let range: Range<Int64>
    let threads: NIOThreadPool

    func makeAsyncIterator() -> Iterator { Iterator(chunks: self, position: range.lowerBound) }

    struct Iterator: AsyncIteratorProtocol {
        let chunks: FileChunks
        var position: Int64

        mutating func next() async throws -> ByteBuffer? {
            guard position < chunks.range.upperBound else { return nil }
            let start = position
            let count = Int(Swift.min(FileChunks.chunkSize, chunks.range.upperBound - start))
            let chunk = try await chunks.threads.runIfActive { [file = chunks.file] in
                try file.read(count, at: start)
            }
            position += Int64(chunk.readableBytes)
            return chunk
        }
    }
}
