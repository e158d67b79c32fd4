import Foundation

/// Test photos, temporary folders and the program under test.
package enum Fixtures {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The checkout that contains the tests.
    package static let root = folder.deletingLastPathComponent().path

    /// Returns the path of a test photo.
    package static func photo(_ name: String) -> String {
        folder.appending(path: "ImagingTests/Fixtures/\(name)").path
    }

    package static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: photo(name))))
    }

    /// Creates an empty folder; the caller removes it.
    package static func temporaryFolder() throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(
            path: "isntgram-test-\(UUID().uuidString)"
        ).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// Runs `body` with a new folder, then removes the folder.
    package static func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
    }

    /// Returns the relative paths of all regular files below a folder.
    package static func files(below folder: String) -> [String] {
        let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return paths.filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: folder + "/" + path, isDirectory: &isFolder)
                && !isFolder.boolValue
        }
    }

    /// The path of the `isntgram` program that was built with the tests; it renders photos in a child
    /// process.
    package static var program: String {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appending(path: "isntgram").path
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
            folder = folder.deletingLastPathComponent()
        }
        return "isntgram"
    }

    /// Runs a Python script and returns what it prints.
    /// - Throws: ``PythonFailure`` if it fails.
    package static func python(_ script: String, _ arguments: String...) throws -> Data {
        let python = Process()
        python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        python.arguments = ["python3", "-c", script] + arguments
        let output = Pipe()
        python.standardOutput = output
        try python.run()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        python.waitUntilExit()
        guard python.terminationStatus == 0 else { throw PythonFailure(status: python.terminationStatus) }
        return printed
    }

    /// The exit status of a script that failed.
    package struct PythonFailure: Error { let status: Int32 }
}
