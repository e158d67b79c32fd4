import ArgumentParser
import Core
import Foundation
import Logging
import MediaStorage
import PostgresStorage
import SQLiteStorage
import Storage

/// Commands that move the database from one engine to another.
struct StorageCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storage", abstract: "Move the database between SQLite and PostgreSQL.",
        subcommands: [Copy.self])

    struct Copy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy every row from one database to another, and compare the two.",
            discussion: """
                A location is a data directory (data or sqlite:data) or \
                postgres://USER:PASSWORD@HOST/DATABASE. Stop the server first. If the copy is interrupted, \
                run the command again: it continues where it stopped.
                """)
        @Option(help: "The database to copy.") var from: String
        @Option(help: "The database to copy to.") var to: String
        @Flag(help: "Remove accounts from the target that the source does not have.") var replace = false

        func run() async throws {
            let source = try await Location(from)
            let target = try await Location(to)
            let bar = ProgressBar()
            do {
                let copied = try await StorageCopy(from: source.storage, to: target.storage).run(
                    isReplacing: replace
                ) {
                    bar.update($0.step, done: $0.done, of: $0.total)
                }
                bar.clear()
                for table in copied {
                    let counts = "\(table.rows) rows\t\(table.changes) changed"
                    print("\(table.table)\t\(counts)\tsha256 \(table.checksum)")
                }
                print("The databases are identical.")
            } catch {
                bar.clear()
                try? await source.storage.close()
                try? await target.storage.close()
                throw error
            }
            try await source.storage.close()
            try await target.storage.close()
        }
    }

    /// A database, open and migrated to this version's schema. A SQLite database is locked for this process;
    /// PostgreSQL has no such lock.
    private struct Location {
        let storage: any Storage
        private let lock: DataDirectoryLock?

        init(_ text: String) async throws {
            if DatabaseSettings.isPostgresURL(text) {
                var options = PostgresOptions()
                options.statementTimeout = .seconds(600)
                storage = try await PostgresStorage(url: text, options: options)
                lock = nil
            } else {
                let directory = try dataDirectory(text, scheme: "sqlite:")
                lock = try Services.lockDataDirectory(directory)
                storage = try StorageBackend.sqlite(in: directory)
            }
            try await Community.migrate(
                storage, logger: Logger(label: "isntgram") { _ in LineLogHandler() })
        }
    }
}

/// Commands for the location of the photos.
struct MediaCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "media", abstract: "Copy photos between a directory and S3, or confirm whose they are.",
        subcommands: [Copy.self, Adopt.self])

    struct Adopt: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Confirm that the photos at the configured location belong to the database.",
            discussion: """
                If the server does not find the photos of its database, it stops cleaning up and may refuse \
                uploads. First check that every volume is mounted and every setting is correct. If the \
                location is right, for example after restoring an older backup or losing photos, run this \
                command.
                """)
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            try await ControlSocket.perform(.adoptMedia, in: try await flags.settings())
        }
    }

    struct Copy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy every photo from one location to another. Photos already there are kept.",
            discussion: """
                A location is a data directory (data or file:data) or \
                s3://BUCKET?endpoint=https://HOST&region=REGION, with the credentials that AWS tools use. \
                The server may run during the copy. Afterwards stop it, and run the command again for photos \
                uploaded since.
                """)
        @Option(help: "The location to copy from.") var from: String
        @Option(help: "The location to copy to.") var to: String

        func run() async throws {
            // A server running on the target would lose the photos that it is storing. Locked until the end.
            let lock = try to.hasPrefix("s3://") ? nil : lockDirectory(to)
            defer { withExtendedLifetime(lock) {} }
            let source = try mediaStorage(from, isSource: true)
            let target = try mediaStorage(to, isSource: false)
            let bar = ProgressBar()
            let temporary = FileManager.default.temporaryDirectory.appending(
                path: "isntgram-\(UUID().uuidString)"
            ).path
            do {
                let report = try await MediaCopy(from: source, to: target, through: temporary).run {
                    bar.update("photos", done: $0.done, of: $0.total)
                }
                bar.clear()
                print(
                    """
                    \(report.photos) photos, \(report.files) files, \(report.bytes) bytes; \(report.copied) \
                    photos copied now. The target has all of them.
                    """)
                for line in Self.notes(on: report) { print(line) }
            } catch {
                bar.clear()
                try? await source.close()
                try? await target.close()
                throw error
            }
            try await source.close()
            try await target.close()
        }

        private static func notes(on report: MediaCopy.Report) -> [String] {
            var lines: [String] = []
            if report.deletedDuringCopy > 0 {
                lines.append(
                    """
                    \(report.deletedDuringCopy) photos were deleted or moved to new URLs during the copy. \
                    Run \
                    this command again to copy the changes.
                    """)
            }
            if report.movedAside > 0 {
                lines.append(
                    "\(report.movedAside) photos deleted since an earlier copy were moved aside.")
            }
            if report.leftInPlace > 0 {
                lines.append(
                    """
                    \(report.leftInPlace) photos exist at the target but not at the source. They were kept. \
                    Check that --from and --to are correct. If they are, the server that uses the target \
                    moves these photos aside later; see “isntgram maintain --help”.
                    """)
            }
            return lines
        }

        private func lockDirectory(_ text: String) throws -> DataDirectoryLock {
            try Services.lockDataDirectory(dataDirectory(text, scheme: "file:"))
        }

        private func mediaStorage(_ text: String, isSource: Bool) throws -> any MediaStorage {
            if text.hasPrefix("s3://") {
                return S3Media(try S3Location(text, environment: ProcessInfo.processInfo.environment))
            }
            let directory = try dataDirectory(text, scheme: "file:")
            guard !isSource || FileManager.default.fileExists(atPath: directory + "/media") else {
                throw CommandError(
                    "There are no photos in \(directory). Give the data directory that contains “media”.")
            }
            return try MediaFolder(directory + "/media", keepsStagedFiles: isSource)
        }
    }
}

/// Returns the path of a data directory that was given on the command line, with or without the scheme.
private func dataDirectory(_ text: String, scheme: String) throws -> String {
    let path = text.hasPrefix(scheme) ? String(text.dropFirst(scheme.count)) : text
    guard !path.isEmpty, !path.contains("://") else {
        throw CommandError("“\(text)” is neither a data directory nor a supported URL. See --help.")
    }
    return path
}

/// Shows the progress of a long command: a bar on a terminal, and nothing elsewhere.
final class ProgressBar: Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private static let width = 30

    func update(_ step: String, done: Int, of total: Int) {
        guard isTerminal else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K\(Self.text(step, done: done, of: total))".utf8))
    }

    static func text(_ step: String, done: Int, of total: Int) -> String {
        let fraction = total > 0 ? min(1, Double(done) / Double(total)) : 1
        let filled = Int(fraction * Double(width))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        return "\(bar) \(Int(fraction * 100)) % \(step)"
    }

    func clear() {
        guard isTerminal else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
}
