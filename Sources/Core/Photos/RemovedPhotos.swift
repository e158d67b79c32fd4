import MediaStorage
import Synchronization

/// The set of deleted photos whose files may still exist. They are not served from the commit of the deletion
/// on.
///
/// Instances keep their sets equal with events; ``replace(_:knownBefore:)`` repairs the set after events were
/// missed.
final class RemovedPhotos: Sendable {
    /// A lock, because every request for a photo uses it, for less than a microsecond.
    private let prefixes = Mutex<Set<MediaPrefix>>([])

    func contains(_ prefix: MediaPrefix) -> Bool { prefixes.withLock { $0.contains(prefix) } }

    func insert(_ new: [MediaPrefix]) { prefixes.withLock { $0.formUnion(new) } }

    func remove(_ old: [MediaPrefix]) { prefixes.withLock { $0.subtract(old) } }

    var all: Set<MediaPrefix> { prefixes.withLock { $0 } }

    /// Replaces the entries that were known before the database was read by the entries that were found
    /// there. Newer entries stay.
    func replace(_ found: Set<MediaPrefix>, knownBefore: Set<MediaPrefix>) {
        prefixes.withLock { $0 = $0.subtracting(knownBefore).union(found) }
    }
}
