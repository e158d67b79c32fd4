import Storage
import Synchronization

/// A storage that has something else happen right before a write: what came between a look and the change that was
/// decided by it.
package final class InterruptedStorage: Storage {
    package typealias Interruption = @Sendable () async throws -> Void
    private let base: any Storage
    private let interruption: Mutex<Interruption?>

    /// - Parameter interruption: happens once, before the first write.
    package init(_ base: any Storage, before interruption: @escaping Interruption) {
        self.base = base
        self.interruption = Mutex(interruption)
    }

    package var dialect: Dialect { base.dialect }

    /// Whether a write has come.
    package var wasInterrupted: Bool { interruption.withLock { $0 == nil } }

    package func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await base.read(body)
    }

    package func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        let now = interruption.withLock { interruption in
            defer { interruption = nil }
            return interruption
        }
        try await now?()
        return try await base.write(body)
    }

    package func close() async throws { try await base.close() }
}
