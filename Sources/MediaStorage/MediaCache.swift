import NIOCore
import Synchronization

/// Small photo files that were asked for lately, in memory: a popular photo is read from disk once. All readers share
/// the same bytes. Whoever deletes a photo has it forgotten here.
package final class MediaCache: Sendable {
    /// Larger files are streamed from disk each time: one does not push out a hundred thumbnails, and a client that
    /// takes nothing of it holds a few pieces of it in memory, and not all.
    package let largestFile = 192 * 1024
    private let capacity: Int

    private struct Entries {
        var byKey: [MediaKey: (bytes: ByteBuffer, usedAt: UInt64)] = [:]
        var byteCount = 0
        var time: UInt64 = 0
        /// Counts the deletions: what was read before one must not be kept after it.
        var deletions = 0
    }

    /// A lock, because requests on every thread read and write it, for well under a microsecond.
    private let entries = Mutex(Entries())

    /// - Parameter capacity: how many bytes of files are held at most.
    package init(capacity: Int) { self.capacity = capacity }

    /// The file's bytes, or the number to hand back with what is read instead.
    package func find(_ key: MediaKey) -> (bytes: ByteBuffer?, deletions: Int) {
        entries.withLock { entries in
            entries.time += 1
            entries.byKey[key]?.usedAt = entries.time
            return (entries.byKey[key]?.bytes, entries.deletions)
        }
    }

    /// Keeps a file that was read, unless one was deleted since.
    package func keep(_ bytes: ByteBuffer, under key: MediaKey, ifStill deletions: Int) {
        guard bytes.readableBytes <= largestFile else { return }
        entries.withLock { entries in
            guard entries.deletions == deletions else { return }
            entries.time += 1
            entries.byteCount += bytes.readableBytes - (entries.byKey[key]?.bytes.readableBytes ?? 0)
            entries.byKey[key] = (bytes, entries.time)
            if entries.byteCount > capacity { Self.shrink(&entries, to: capacity * 3 / 4) }
        }
    }

    /// Forgets the files of deleted photos; after this returns they are served no more.
    package func forget(_ prefixes: [MediaPrefix]) {
        let prefixes = Set(prefixes)
        entries.withLock { entries in
            entries.deletions += 1
            for (key, entry) in entries.byKey where prefixes.contains(key.prefix) {
                entries.byKey[key] = nil
                entries.byteCount -= entry.bytes.readableBytes
            }
        }
    }

    package func forgetAll() {
        entries.withLock { entries in
            entries.deletions += 1
            entries.byKey = [:]
            entries.byteCount = 0
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
    package var byteCount: Int { entries.withLock { $0.byteCount } }
}
