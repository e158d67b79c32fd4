import Foundation
import SQLiteStorage
import Storage
import TestSupport
import Testing

@testable import App

struct CopyCommandTests {
    private func copy(in folder: String) async throws {
        var command = MediaCommands.Copy()
        command.from = folder + "/source"
        command.to = folder + "/target"
        try await command.run()
    }

    @Test func `photos are not copied into the folder of a server that runs`() async throws {
        try await Fixtures.withFolder { folder in
            let coming = folder + "/target/media/.incoming/photo"
            for path in [folder + "/source/media", coming] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            let lock = try DataFolderLock(folder: folder + "/target")
            await #expect(throws: StorageError.self) { try await copy(in: folder) }
            #expect(FileManager.default.fileExists(atPath: coming), "what it is just keeping stays")
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
