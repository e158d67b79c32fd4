import ArgumentParser
import Core
import Logging
import Storage

/// Commands for the key that encrypts secrets in the database.
struct SecretCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret", abstract: "Replace the key that encrypts secrets in the database.",
        subcommands: [Replace.self])

    struct Replace: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Accept the present key after the earlier one was lost.",
            discussion: """
                Stop the server first. Codes of authenticator apps are wrong afterwards: members sign in \
                with a recovery code, or you turn their two-step verification off, and they set it up again.
                """)
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            let settings = try await flags.settings()
            let lock = try Services.lockDataDirectory(settings.data)
            defer { _ = lock }
            let logger = Logger(label: "isntgram") { _ in LineLogHandler() }
            let storage = try await StorageBackend.open(settings, logger: logger).storage
            do {
                let key = try SecretKeyFile.present(settings)
                try await key.replaceOther(in: storage)
            } catch {
                try? await storage.close()
                throw error
            }
            try await storage.close()
            print("The present key counts from now on.")
        }
    }
}
