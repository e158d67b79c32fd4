import CArgon2
import Crypto
import Foundation
import NIOPosix

/// Hashes and checks passwords with Argon2id (RFC 9106): 19 MiB, 2 passes, 1 lane, as OWASP's Password
/// Storage Cheat Sheet recommends.
///
/// Keyboards and systems write the same letter with different code points, so passwords are hashed and
/// compared in Unicode NFC, as RFC 8265 asks for. Hashes that are older than this rule match the password as
/// it is typed.
///
/// A hash takes about 16 ms of a processor core and 19 MiB. So at most two run at a time, on dedicated
/// threads, and at most sixteen wait.
package final class Passwords: Sendable {
    private static let memoryKiB: UInt32 = 19_456
    private static let passes: UInt32 = 2
    private static let lanes: UInt32 = 1
    private static let concurrency = 2
    /// Longer input is cut before it is hashed, because Argon2 accepts input of any length.
    static let maximumLength = 256

    private let threads = NIOThreadPool(numberOfThreads: concurrency)
    let queue = HashingQueue(atOnce: concurrency, places: 16, reserve: 6)

    package init() { threads.start() }

    /// Stops the threads. Later calls throw.
    package func close() async { try? await threads.shutdownGracefully() }

    /// Returns the hash of `password` in the PHC string format, with a random salt.
    /// - Throws: ``Problem`` of kind `unavailable` when too many clients are waiting already.
    func hash(_ password: String, for client: HashingQueue.Client) async throws -> String {
        let normalized = password.precomposedStringWithCanonicalMapping
        return try await run(for: client) { try Self.hash(normalized) }
    }

    /// Whether `password` matches `hash`. Without a hash, it checks against a dummy hash and returns false,
    /// so that an unknown user takes as long as a wrong password.
    func check(_ password: String, against hash: String?, for client: HashingQueue.Client) async throws
        -> Bool
    {
        let input = String(password.prefix(Self.maximumLength))
        let normalized = input.precomposedStringWithCanonicalMapping
        // Strings are equal in Swift if they are canonically equivalent, but their bytes are hashed.
        let isNormalized = normalized.utf8.elementsEqual(input.utf8)
        return try await run(for: client) {
            let stored = hash ?? Self.dummyHash
            let matches =
                Self.matches(input, stored) || !isNormalized && Self.matches(normalized, stored)
            return matches && hash != nil && input == password
        }
    }

    private static func matches(_ password: String, _ hash: String) -> Bool {
        argon2id_verify(hash, password, password.utf8.count) == ARGON2_OK.rawValue
    }

    private func run<Result: Sendable>(
        for client: HashingQueue.Client, _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await queue.run(for: client) { [threads] in try await threads.runIfActive(work) }
    }

    /// The hash of 32 random bytes, which no password matches.
    private static let dummyHash: String = (try? hash(Secret.random().text)) ?? ""

    private static func hash(_ password: String) throws -> String {
        let salt = Array(SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) })
        let hashLength = 32
        let length = argon2_encodedlen(
            passes, memoryKiB, lanes, UInt32(salt.count), UInt32(hashLength), Argon2_id)
        var encoded = [CChar](repeating: 0, count: length)
        let code = argon2id_hash_encoded(
            passes, memoryKiB, lanes, password, password.utf8.count, salt, salt.count, hashLength, &encoded,
            length)
        guard code == ARGON2_OK.rawValue else {
            throw Problem(
                .unavailable(retryAfter: 5), "The password could not be processed; try again in a moment.")
        }
        return String(decoding: encoded.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
