import ArgumentParser
import Core
import Foundation
import Logging
import MediaStorage
import PostgresStorage
import SQLiteStorage
import Storage

/// Records that move from one engine to another.
struct StorageCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storage", abstract: "Move records between SQLite and PostgreSQL.",
        subcommands: [Copy.self])

    struct Copy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy every record from one database to another, and compare the two.",
            discussion: """
                A place is a data folder (data, or sqlite:data) or postgres://USER:PASSWORD@HOST/DATABASE. Stop the server \
                before. Broken off, it goes on where it was when it is run again.
                """)
        @Option(help: "Where the records are.") var from: String
        @Option(help: "Where they go.") var to: String
        @Flag(help: "Remove accounts of the target that the source does not have.") var replace = false

        func run() async throws {
            let source = try await Place(from)
            let target = try await Place(to)
            let bar = ProgressBar()
            do {
                let copied = try await StorageCopy(from: source.storage, to: target.storage).run(
                    isReplacing: replace
                ) {
                    bar.show($0.step, done: $0.done, of: $0.total)
                }
                bar.end()
                for table in copied {
                    print(
                        "\(table.table)\t\(table.rows) rows\t\(table.changes) changed\tsha256 \(table.checksum)"
                    )
                }
                print("Both sides are the same.")
            } catch {
                bar.end()
                try? await source.storage.close()
                try? await target.storage.close()
                throw error
            }
            try await source.storage.close()
            try await target.storage.close()
        }
    }

    /// A database opened at this version's schema, and held as far as its engine can be held.
    private struct Place {
        let storage: any Storage
        private let lock: DataFolderLock?

        init(_ text: String) async throws {
            if DatabaseSettings.namesPostgres(text) {
                var options = PostgresOptions()
                options.statementTimeout = .seconds(600)
                storage = try await PostgresStorage(url: text, options: options)
                lock = nil
            } else {
                let folder = try dataFolder(text, scheme: "sqlite:")
                try Files.makeFolder(folder)
                lock = try DataFolderLock(folder: folder)
                storage = try Records.sqlite(in: folder)
            }
            try await Community.migrate(storage)
        }
    }
}

/// Photos that move from one place to another.
struct MediaCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "media", abstract: "Move photos between a folder and S3, or say whose they are.",
        subcommands: [Copy.self, Adopt.self])

    struct Adopt: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that the photos where the settings point belong to the database.",
            discussion: """
                The server stops cleaning up, and perhaps taking photos, where it does not find the photos that the database \
                names. Look first whether a volume is not mounted, or a setting is missing. If the place is the right one, as \
                after an older backup was restored or photos were lost, this says so.
                """)
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            try await ControlSocket.perform(.adoptMedia, in: try await flags.settings())
        }
    }

    struct Copy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy every photo from one place to another; what is there already stays.",
            discussion: """
                A place is a data folder (data, or file:data) or s3://BUCKET?endpoint=https://HOST&region=REGION, with the key \
                where AWS's tools have it. The server may run meanwhile: stop it, and run this once more for what came since.
                """)
        @Option(help: "Where the photos are.") var from: String
        @Option(help: "Where they go.") var to: String

        func run() async throws {
            // A server that runs would lose what it is just keeping. Held until the end.
            let lock = try to.hasPrefix("s3://") ? nil : lockedFolder(to)
            defer { withExtendedLifetime(lock) {} }
            let source = try place(from, isSource: true)
            let target = try place(to, isSource: false)
            let bar = ProgressBar()
            let folder = FileManager.default.temporaryDirectory.appending(
                path: "isntgram-\(UUID().uuidString)"
            ).path
            do {
                let report = try await MediaCopy(from: source, to: target, through: folder).run {
                    bar.show("photos", done: $0.done, of: $0.total)
                }
                bar.end()
                print(
                    """
                    \(report.photos) photos, \(report.files) files, \(report.bytes) bytes; \(report.copied) photos copied now. \
                    All of them are there.
                    """)
                for line in Self.remarks(on: report) { print(line) }
            } catch {
                bar.end()
                try? await source.close()
                try? await target.close()
                throw error
            }
            try await source.close()
            try await target.close()
        }

        private static func remarks(on report: MediaCopy.Report) -> [String] {
            var lines: [String] = []
            if report.goneMeanwhile > 0 {
                lines.append(
                    """
                    \(report.goneMeanwhile) photos were deleted or got new addresses meanwhile: run this again for what \
                    came since.
                    """)
            }
            if report.movedAside > 0 {
                lines.append(
                    "\(report.movedAside) photos that were deleted since an earlier copy were moved aside.")
            }
            if report.leftAlone > 0 {
                lines.append(
                    """
                    \(report.leftAlone) photos are at the target and not at the source. They stay: look whether --from and \
                    --to are what you mean. If they are, the server that uses the target will move these photos aside; see \
                    “isntgram maintain --help”.
                    """)
            }
            return lines
        }

        private func lockedFolder(_ text: String) throws -> DataFolderLock {
            let folder = try dataFolder(text, scheme: "file:")
            try Files.makeFolder(folder)
            return try DataFolderLock(folder: folder)
        }

        private func place(_ text: String, isSource: Bool) throws -> any MediaStorage {
            if text.hasPrefix("s3://") {
                return S3Media(try S3Location(text, environment: ProcessInfo.processInfo.environment))
            }
            let folder = try dataFolder(text, scheme: "file:")
            guard !isSource || FileManager.default.fileExists(atPath: folder + "/media") else {
                throw SettingsError(
                    "There are no photos in \(folder): name the data folder that has a folder “media”.")
            }
            return try MediaFolder(folder + "/media", isForReading: isSource)
        }
    }
}

/// A data folder as it is named on the command line.
private func dataFolder(_ text: String, scheme: String) throws -> String {
    let path = text.hasPrefix(scheme) ? String(text.dropFirst(scheme.count)) : text
    guard !path.isEmpty, !path.contains("://") else {
        throw SettingsError("“\(text)” is neither a data folder nor an address that this takes; see --help.")
    }
    return path
}

/// How far a long command is: a bar on a terminal, elsewhere nothing.
final class ProgressBar: Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private static let width = 30

    func show(_ step: String, done: Int, of total: Int) {
        guard isTerminal else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K\(Self.text(step, done: done, of: total))".utf8))
    }

    static func text(_ step: String, done: Int, of total: Int) -> String {
        let share = total > 0 ? min(1, Double(done) / Double(total)) : 1
        let full = Int(share * Double(width))
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
        return "\(bar) \(Int(share * 100)) % \(step)"
    }

    func end() {
        guard isTerminal else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
}
