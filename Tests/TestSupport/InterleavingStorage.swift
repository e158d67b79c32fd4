import Storage
import Synchronization

/// A storage that runs an action right before one write, and forwards everything to another storage.
///
/// Tests use it to make a concurrent change between a read and the write that depends on it.
package final class InterleavingStorage: Storage {
    package typealias Interruption = @Sendable () async throws -> Void
    private let base: any Storage
    private let interruption: Mutex<Interruption?>
    private let writesLeft: Mutex<Int>

    /// - Parameters:
    ///   - number: The write that the action runs before, counted from 1.
    ///   - interruption: The action; it runs once.
    package init(_ base: any Storage, write number: Int = 1, before interruption: @escaping Interruption) {
        self.base = base
        self.interruption = Mutex(interruption)
        writesLeft = Mutex(number - 1)
    }

    package var dialect: Dialect { base.dialect }

    /// Whether the action has started.
    package var hasRunAction: Bool { interruption.withLock { $0 == nil } }

    package func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T
    {
        try await base.read(body)
    }

    package func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws
        -> T
    {
        let isNow = writesLeft.withLock { left in
            defer { left -= 1 }
            return left == 0
        }
        let now = isNow ? interruption.withLock { $0.take() } : nil
        try await now?()
        return try await base.write(body)
    }

    package func purge(_ tables: [String]) async throws { try await base.purge(tables) }

    package func close() async throws { try await base.close() }
}
