import Foundation
import SQLiteStorage
import Storage
import TestSupport
import Testing

@testable import App

/// The command `isntgram media copy`.
struct CopyCommandTests {
    private func copy(in folder: String) async throws {
        var command = MediaCommands.Copy()
        command.from = folder + "/source"
        command.to = folder + "/target"
        try await command.run()
    }

    @Test func `the administrator cannot copy photos into the data directory of a running server`()
        async throws
    {
        try await Fixtures.withFolder { folder in
            let incoming = folder + "/target/media/.incoming/photo"
            for path in [folder + "/source/media", incoming] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            let lock = try DataDirectoryLock(folder: folder + "/target")
            await #expect(throws: StorageError.self) { try await copy(in: folder) }
            #expect(FileManager.default.fileExists(atPath: incoming), "a photo that is being stored stays")
            withExtendedLifetime(lock) {}
        }
        try await Fixtures.withFolder { folder in
            try FileManager.default.createDirectory(
                atPath: folder + "/source/media", withIntermediateDirectories: true)
            try await copy(in: folder)
            #expect(FileManager.default.fileExists(atPath: folder + "/target/media"))
        }
    }
}
