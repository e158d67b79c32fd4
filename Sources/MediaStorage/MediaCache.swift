import NIOCore
import Synchronization

/// An in-memory cache of small photo files that were requested recently, so that a popular photo is read from
/// disk once. All readers share the same bytes. Code that deletes a photo must call ``remove(_:)``.
package final class MediaCache: Sendable {
    /// The size of the largest cached file in bytes. Larger files are streamed from disk each time, so that
    /// one does not evict a hundred thumbnails, and a slow client keeps only a few chunks of it in memory.
    package let maxFileSize = 192 * 1024
    private let capacity: Int

    private struct Entries {
        var byKey: [MediaKey: (bytes: ByteBuffer, usedAt: UInt64)] = [:]
        var byteCount = 0
        /// A counter that orders the accesses.
        var time: UInt64 = 0
        /// The number of deletions. A file that was read before a deletion must not be cached after it.
        var deletions = 0
    }

    /// A lock guards the entries, because requests on every thread access them, for well under a microsecond.
    private let entries = Mutex(Entries())

    /// - Parameter capacity: The maximum number of bytes in the cache.
    package init(capacity: Int) { self.capacity = capacity }

    /// Returns the cached bytes, if any, and the number of deletions to pass to ``keep(_:under:ifStill:)``.
    package func find(_ key: MediaKey) -> (bytes: ByteBuffer?, deletions: Int) {
        entries.withLock { entries in
            entries.time += 1
            entries.byKey[key]?.usedAt = entries.time
            return (entries.byKey[key]?.bytes, entries.deletions)
        }
    }

    /// Caches a file that was read, unless a deletion has happened since `deletions` was returned.
    package func keep(_ bytes: ByteBuffer, under key: MediaKey, ifStill deletions: Int) {
        guard bytes.readableBytes <= maxFileSize else { return }
        entries.withLock { entries in
            guard entries.deletions == deletions else { return }
            entries.time += 1
            entries.byteCount += bytes.readableBytes - (entries.byKey[key]?.bytes.readableBytes ?? 0)
            entries.byKey[key] = (bytes, entries.time)
            if entries.byteCount > capacity { Self.evict(from: &entries, downTo: capacity * 3 / 4) }
        }
    }

    /// Removes the files of deleted photos. After this returns they are no longer served from the cache.
    package func remove(_ prefixes: [MediaPrefix]) {
        let prefixes = Set(prefixes)
        entries.withLock { entries in
            entries.deletions += 1
            for (key, entry) in entries.byKey where prefixes.contains(key.prefix) {
                entries.byKey[key] = nil
                entries.byteCount -= entry.bytes.readableBytes
            }
        }
    }

    /// Removes all files.
    package func removeAll() {
        entries.withLock { entries in
            entries.deletions += 1
            entries.byKey = [:]
            entries.byteCount = 0
        }
    }

    /// Evicts the least recently used files, a quarter of the capacity at once, so that sorting is rare.
    private static func evict(from entries: inout Entries, downTo target: Int) {
        for (key, entry) in entries.byKey.sorted(by: { $0.value.usedAt < $1.value.usedAt }) {
            guard entries.byteCount > target else { return }
            entries.byKey[key] = nil
            entries.byteCount -= entry.bytes.readableBytes
        }
    }

    /// The number of cached bytes, for tests.
    package var byteCount: Int { entries.withLock { $0.byteCount } }
}
