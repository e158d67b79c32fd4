import MediaStorage
import Synchronization

/// Photos that were deleted and whose files may still be there: from the commit on, nobody is served them.
///
/// Every copy of the program holds the same, by what the copies tell each other; ``replace(_:knownBefore:)``
/// mends what went unheard.
final class RemovedPhotos: Sendable {
    /// A lock, because every request for a photo looks, for less than a microsecond.
    private let prefixes = Mutex<Set<MediaPrefix>>([])

    func contains(_ prefix: MediaPrefix) -> Bool { prefixes.withLock { $0.contains(prefix) } }

    func insert(_ new: [MediaPrefix]) { prefixes.withLock { $0.formUnion(new) } }

    func remove(_ gone: [MediaPrefix]) { prefixes.withLock { $0.subtract(gone) } }

    var all: Set<MediaPrefix> { prefixes.withLock { $0 } }

    /// Takes what the database says for the truth about all that was known before it was asked.
    func replace(_ found: Set<MediaPrefix>, knownBefore: Set<MediaPrefix>) {
        prefixes.withLock { $0 = $0.subtracting(knownBefore).union(found) }
    }
}
