import MediaStorage
import NIOCore
import Synchronization

/// Small photo files that were asked for lately, in memory: a popular photo is read from disk once. All readers share
/// the same bytes.
package final class MediaCache: Sendable {
    /// Larger files are streamed from disk each time, so that one does not push out a hundred thumbnails.
    let largestFile = 512 * 1024
    private let capacity: Int

    private struct Entries {
        var byKey: [MediaKey: (bytes: ByteBuffer, usedAt: UInt64)] = [:]
        var byteCount = 0
        var time: UInt64 = 0
    }

    /// A lock, because requests on every thread read and write it, for well under a microsecond.
    private let entries = Mutex(Entries())

    /// - Parameter capacity: how many bytes of files are held at most.
    package init(capacity: Int) { self.capacity = capacity }

    subscript(_ key: MediaKey) -> ByteBuffer? {
        get {
            entries.withLock { entries in
                entries.time += 1
                entries.byKey[key]?.usedAt = entries.time
                return entries.byKey[key]?.bytes
            }
        }
        set {
            guard let bytes = newValue, bytes.readableBytes <= largestFile else { return }
            entries.withLock { entries in
                entries.time += 1
                entries.byteCount += bytes.readableBytes - (entries.byKey[key]?.bytes.readableBytes ?? 0)
                entries.byKey[key] = (bytes, entries.time)
                if entries.byteCount > capacity { Self.shrink(&entries, to: capacity * 3 / 4) }
            }
        }
    }

    /// Drops what was not asked for the longest, a quarter at once, so that the sorting is rare.
    private static func shrink(_ entries: inout Entries, to target: Int) {
        for (key, entry) in entries.byKey.sorted(by: { $0.value.usedAt < $1.value.usedAt }) {
            guard entries.byteCount > target else { return }
            entries.byKey[key] = nil
            entries.byteCount -= entry.bytes.readableBytes
        }
    }

    /// How many bytes are held; for tests.
    var byteCount: Int { entries.withLock { $0.byteCount } }
}
