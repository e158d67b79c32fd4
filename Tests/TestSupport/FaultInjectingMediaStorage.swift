import MediaStorage
import NIOCore
import Synchronization

/// A media storage that a test can make unavailable. It counts calls and forwards them to another media
/// storage.
package final class FaultInjectingMediaStorage: MediaStorage {
    private struct State {
        var isUnavailable = false
        var calls: [String: Int] = [:]
        var interruptions: [String: @Sendable () async throws -> Void] = [:]
    }

    private let base: any MediaStorage
    private let state = Mutex(State())

    package init(_ base: any MediaStorage) { self.base = base }

    package func setUnavailable(_ isUnavailable: Bool) { state.withLock { $0.isUnavailable = isUnavailable } }

    /// Returns how often a function was called.
    package func callCount(of call: String) -> Int { state.withLock { $0.calls[call, default: 0] } }

    /// Runs an action once, right before the next call of a function.
    package func before(_ call: String, _ interruption: @escaping @Sendable () async throws -> Void) {
        state.withLock { $0.interruptions[call] = interruption }
    }

    /// Counts a call, runs the action before it, fails if the storage is unavailable, and returns the
    /// underlying storage.
    private func underlying(for call: String = #function) async throws -> any MediaStorage {
        let name = String(call.prefix { $0 != "(" })
        try await state.withLock { $0.interruptions.removeValue(forKey: name) }?()
        try state.withLock { state in
            state.calls[name, default: 0] += 1
            guard !state.isUnavailable else {
                throw MediaError(
                    "no response from ab/ab\(String(repeating: "0", count: 30))", isTransient: true)
            }
        }
        return base
    }

    package func put(_ files: [MediaFile], under prefix: MediaPrefix) async throws {
        try await underlying().put(files, under: prefix)
    }
    package func byteCount(of key: MediaKey) async throws -> Int64? {
        try await underlying().byteCount(of: key)
    }
    package func read(
        _ key: MediaKey, _ range: Range<Int64>
    ) async throws -> any AsyncSequence<ByteBuffer, any Error> & Sendable {
        try await underlying().read(key, range)
    }
    package func copy(_ names: [String], of prefix: MediaPrefix, to other: MediaPrefix) async throws -> Bool {
        try await underlying().copy(names, of: prefix, to: other)
    }
    package func delete(_ prefixes: [MediaPrefix]) async throws {
        guard !prefixes.isEmpty else { return }
        try await underlying(for: "deletePrefixes").delete(prefixes)
    }
    package func delete(_ keys: [MediaKey]) async throws {
        try await underlying(for: "deleteKeys").delete(keys)
    }
    package func folders() async throws -> [String] { try await underlying().folders() }
    package func prefixes(in folder: String) async throws -> [MediaPrefix] {
        try await underlying().prefixes(in: folder)
    }
    package func files(in folder: String) async throws -> [MediaPrefix: [String: Int64]] {
        try await underlying().files(in: folder)
    }
    package func check() async throws { try await underlying().check() }
    package func url(of key: MediaKey) async throws -> String? { try await underlying().url(of: key) }
    package func directUpload(_ upload: DirectUpload) async throws -> DirectUploadForm? {
        try await underlying().directUpload(upload)
    }
    package func storeUpload(_ path: String, as name: UploadName) async throws {
        try await underlying().storeUpload(path, as: name)
    }
    package func fetch(_ name: UploadName, to path: String, atMost limit: Int64) async throws -> Bool {
        try await underlying().fetch(name, to: path, atMost: limit)
    }
    package func discard(_ names: [UploadName]) async throws { try await underlying().discard(names) }
    package func uploads() async throws -> [UploadName] { try await underlying().uploads() }
    package func marker() async throws -> String? { try await underlying().marker() }
    package func mark(_ community: String) async throws { try await underlying().mark(community) }
    package func otherCommunities() async throws -> [String] { try await underlying().otherCommunities() }
    package func addOtherCommunity(_ community: String) async throws {
        try await underlying().addOtherCommunity(community)
    }
    package func moveAside(_ prefixes: [MediaPrefix], at time: Int64) async throws {
        try await underlying().moveAside(prefixes, at: time)
    }
    package func strays() async throws -> [StrayPhoto] { try await underlying().strays() }
    package func moveBack(_ strays: [StrayPhoto]) async throws { try await underlying().moveBack(strays) }
    package func removeStrays(_ strays: [StrayPhoto]) async throws {
        try await underlying().removeStrays(strays)
    }
}
