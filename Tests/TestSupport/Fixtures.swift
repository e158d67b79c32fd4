import Foundation

/// Files of the tests.
package enum Fixtures {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A photo by its name.
    package static func photo(_ name: String) -> String {
        folder.appending(path: "ImagingTests/Fixtures/\(name)").path
    }

    package static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: photo(name))))
    }

    /// A new empty folder; whoever asks removes it.
    package static func temporaryFolder() throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(
            path: "isntgram-test-\(UUID().uuidString)"
        ).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// Runs `body` with a new folder and removes it.
    package static func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
    }

    /// Every plain file below a folder, relative to it.
    package static func files(below folder: String) -> [String] {
        let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return paths.filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: folder + "/" + path, isDirectory: &isFolder)
                && !isFolder.boolValue
        }
    }

    /// The program built beside the tests, which renders photos in a process of its own.
    package static var program: String {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appending(path: "isntgram").path
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
            folder = folder.deletingLastPathComponent()
        }
        return "isntgram"
    }
}
