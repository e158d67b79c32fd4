import Core
import Foundation
import Logging
import MediaStorage
import NIOCore
import Storage

/// The file in the data directory with the key that encrypts secrets in the database.
enum SecretKeyFile {
    /// Returns the key of this instance.
    /// - Throws: ``CommandError`` if it is not the key that the secrets in the database were encrypted with.
    static func key(_ settings: Settings, storage: any Storage, logger: Logger) async throws -> SecretKey {
        let path = path(in: settings.data)
        if settings.secretKey == nil, settings.database.isShared {
            logger.info(
                """
                If several instances share this database, give all of them the same \
                \(Settings.secret.variable), or copies of one \(path).
                """)
        }
        let isMissing = settings.secretKey == nil && !FileManager.default.fileExists(atPath: path)
        if isMissing, try await SecretKey.isRecorded(in: storage) {
            throw wrongKey("The file \(path) is missing")
        }
        let key = try present(settings)
        do { try await key.check(in: storage) } catch is SecretKey.IsAnother {
            let source = settings.secretKey == nil ? path : Settings.secret.variable
            throw wrongKey("\(source) is not the right key")
        }
        return key
    }

    /// Returns the key of the settings, or else that of the file, which is created when it is missing.
    static func present(_ settings: Settings) throws -> SecretKey {
        if let key = settings.secretKey { return key }
        let path = path(in: settings.data)
        return FileManager.default.fileExists(atPath: path) ? try read(path) : try create(path)
    }

    private static func path(in directory: String) -> String { directory + "/secret.key" }

    private static func read(_ path: String) throws -> SecretKey {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let key = SecretKey(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else {
            throw CommandError(
                """
                \(path) must be a readable text of at least \(SecretKey.minimumLength) characters. Restore \
                it from a backup.
                """
            )
        }
        return key
    }

    /// Creates the file with a random key, which only its owner can read.
    private static func create(_ path: String) throws -> SecretKey {
        let text = Secret.random().text
        guard let key = SecretKey(text) else { throw CommandError("No secret key could be created.") }
        do {
            // Written apart first, so that a crash leaves no half of a key.
            let new = path + ".new"
            try Files.remove(new)
            try NewFile(new).write(ByteBuffer(string: text + "\n"))
            try Files.sync(new)
            try Files.move(new, to: path)
            try Files.sync((path as NSString).deletingLastPathComponent)
        } catch {
            throw CommandError("The file \(path) cannot be written: \(error).")
        }
        return key
    }

    private static func wrongKey(_ fault: String) -> CommandError {
        CommandError(
            """
            \(fault): secrets in the database, such as those of authenticator apps, were encrypted with a \
            different one. Restore secret.key from a backup or from another instance, or set \
            \(Settings.secret.variable). If the key is lost, run “isntgram secret replace”: recovery codes \
            still work then, and authenticator apps have to be set up again.
            """)
    }
}
