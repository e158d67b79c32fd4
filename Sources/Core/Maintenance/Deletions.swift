import Synchronization

/// Remembers that something was deleted whose words still lie in indexes and logs.
final class Deletions: Sendable {
    private let pending = Atomic(false)

    func note() { pending.store(true, ordering: .releasing) }

    /// Whether there was something, once.
    func take() -> Bool { pending.exchange(false, ordering: .acquiringAndReleasing) }
}
