import MediaStorage
import NIOCore
import Synchronization

/// A media storage that goes away and comes back as a test wants it, over another. Counts what it is asked.
package final class UnsteadyMedia: MediaStorage {
    private struct State {
        var isAway = false
        var calls: [String: Int] = [:]
        var interruptions: [String: @Sendable () async throws -> Void] = [:]
    }

    private let base: any MediaStorage
    private let state = Mutex(State())

    package init(_ base: any MediaStorage) { self.base = base }

    package func setAway(_ isAway: Bool) { state.withLock { $0.isAway = isAway } }

    /// How often it was asked so.
    package func count(_ call: String) -> Int { state.withLock { $0.calls[call, default: 0] } }

    /// Has something else happen once, right before it is asked so.
    package func before(_ call: String, _ interruption: @escaping @Sendable () async throws -> Void) {
        state.withLock { $0.interruptions[call] = interruption }
    }

    private func ask(_ call: String = #function) async throws -> any MediaStorage {
        let name = String(call.prefix { $0 != "(" })
        try await state.withLock { $0.interruptions.removeValue(forKey: name) }?()
        try state.withLock { state in
            state.calls[name, default: 0] += 1
            guard !state.isAway else {
                throw MediaError(
                    "nobody answers at ab/ab\(String(repeating: "0", count: 30))", isPassing: true)
            }
        }
        return base
    }

    package func put(_ files: [MediaFile], under prefix: MediaPrefix) async throws {
        try await ask().put(files, under: prefix)
    }
    package func byteCount(of key: MediaKey) async throws -> Int64? { try await ask().byteCount(of: key) }
    package func read(
        _ key: MediaKey, _ range: Range<Int64>
    ) async throws -> any AsyncSequence<ByteBuffer, any Error> & Sendable { try await ask().read(key, range) }
    package func copy(_ names: [String], of prefix: MediaPrefix, to other: MediaPrefix) async throws -> Bool {
        try await ask().copy(names, of: prefix, to: other)
    }
    package func delete(_ prefixes: [MediaPrefix]) async throws {
        guard !prefixes.isEmpty else { return }
        try await ask("deletePrefixes").delete(prefixes)
    }
    package func delete(_ keys: [MediaKey]) async throws { try await ask("deleteKeys").delete(keys) }
    package func folders() async throws -> [String] { try await ask().folders() }
    package func prefixes(in folder: String) async throws -> [MediaPrefix] {
        try await ask().prefixes(in: folder)
    }
    package func files(in folder: String) async throws -> [MediaPrefix: [String: Int64]] {
        try await ask().files(in: folder)
    }
    package func check() async throws { try await ask().check() }
    package func address(of key: MediaKey) async throws -> String? { try await ask().address(of: key) }
    package func directUpload(_ upload: DirectUpload) async throws -> DirectUploadForm? {
        try await ask().directUpload(upload)
    }
    package func setAside(_ path: String, as name: UploadName) async throws {
        try await ask().setAside(path, as: name)
    }
    package func fetch(_ name: UploadName, to path: String, atMost limit: Int64) async throws -> Bool {
        try await ask().fetch(name, to: path, atMost: limit)
    }
    package func discard(_ names: [UploadName]) async throws { try await ask().discard(names) }
    package func uploads() async throws -> [UploadName] { try await ask().uploads() }
    package func marker() async throws -> String? { try await ask().marker() }
    package func mark(_ community: String) async throws { try await ask().mark(community) }
    package func others() async throws -> [String] { try await ask().others() }
    package func noteOther(_ community: String) async throws { try await ask().noteOther(community) }
    package func moveAside(_ prefixes: [MediaPrefix], at time: Int64) async throws {
        try await ask().moveAside(prefixes, at: time)
    }
    package func strays() async throws -> [StrayPhoto] { try await ask().strays() }
    package func moveBack(_ strays: [StrayPhoto]) async throws { try await ask().moveBack(strays) }
    package func removeStrays(_ strays: [StrayPhoto]) async throws { try await ask().removeStrays(strays) }
}
