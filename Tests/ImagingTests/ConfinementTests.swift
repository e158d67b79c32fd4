import Foundation
import Testing

@testable import Imaging

struct ConfinementTests {
    /// The output of a probe: its confinement and the result of its attempt.
    private struct Outcome {
        let confinement: Confinement
        let result: String
    }

    /// Runs a probe, which confines itself in a temporary folder and then makes the attempt.
    private func attempt(_ name: String, layers: Confinement.Layers, asNobody: Bool) throws -> Outcome {
        let scratch = try ScratchFolder()
        // The user nobody needs access too.
        chmod(scratch.path, 0o777)
        chmod(scratch.output, 0o777)
        let process = Process()
        process.executableURL = Bundle.module.bundleURL.deletingLastPathComponent().appending(
            path: "ConfinementProbe")
        process.arguments = [scratch.output, String(layers.rawValue), name] + (asNobody ? ["nobody"] : [])
        // The process may not write coverage when it ends, so the coverage goes to /dev/null.
        process.environment = ["MALLOC_ARENA_MAX": "1", "LLVM_PROFILE_FILE": "/dev/null"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let lines = text.split(separator: "\n").map(String.init)
        try #require(lines.count == 2, "\(text)")
        #expect(!FileManager.default.fileExists(atPath: scratch.path + "/elsewhere") || lines[1] == "done")
        let confinement = try JSONDecoder().decode(Confinement.self, from: Data(lines[0].utf8))
        return Outcome(confinement: confinement, result: lines[1])
    }

    private static let forbidden = [
        "read a file", "read the environment", "write outside the folder", "write a new file",
        "remove a file",
        "create a socket",
        "create a local socket", "fork", "start a program", "replace the program", "signal the parent",
        "raise a limit",
        "create a namespace", "read on an existing thread", "read on a new thread",
    ]

    /// Tests the filter alone, as in a container that allows nothing more, and all layers together.
    @Test(arguments: forbidden, [Confinement.Layers.filter, .all])
    func `a confined process cannot do any forbidden action`(
        name: String, layers: Confinement.Layers
    ) throws {
        for asNobody in [false, true] {
            let outcome = try attempt(name, layers: layers, asNobody: asNobody)
            #expect(outcome.result == String(EPERM))
            #expect(outcome.confinement.filtersSystemCalls)
        }
    }

    @Test(arguments: ["compute", "write to an open file"], [false, true])
    func `a confined process can compute and write to open files`(name: String, asNobody: Bool) throws {
        #expect(try attempt(name, layers: .all, asNobody: asNobody).result == "done")
    }

    @Test(arguments: [
        "read a file", "write outside the folder", "write a new file", "remove a file",
        "read on a new thread",
    ])
    func `Landlock alone blocks access to files if the kernel supports it`(name: String) throws {
        let outcome = try attempt(name, layers: .landlock, asNobody: true)
        #expect(outcome.result == (outcome.confinement.landlockVersion > 0 ? String(EACCES) : "done"))
    }

    /// Checks that the attempts are real.
    @Test(arguments: [
        "read a file", "write outside the folder", "create a socket", "fork", "start a program",
        "replace the program",
    ])
    func `a process that is not confined can do the forbidden actions`(name: String) throws {
        #expect(try attempt(name, layers: [], asNobody: false).result == "done")
    }

    @Test func `the server learns how its rendering processes are confined`() async throws {
        let confinement = try await PhotoProcessor.forTests().confinement()
        #expect(confinement.filtersSystemCalls)
        #expect(confinement.description.contains("system calls are filtered"))
        let broken = PhotoProcessor(executable: "/bin/sh", arguments: ["-c", "echo no >&2; exit 1"])
        let failure = await #expect(throws: RenderFailure.self) { try await broken.confinement() }
        #expect("\(try #require(failure))".hasSuffix(": no"))
        let without = Confinement(
            filtersSystemCalls: false, landlockVersion: 0, hasOwnNamespaces: false, hasOwnRoot: false)
        #expect(without.description.contains("Landlock is not available"))
    }

    /// Every format has a different decoder, which starts different threads and makes different system calls.
    @Test(arguments: [
        "coffee.jpg", "cat.png", "cat.webp", "cat.gif", "coffee.heic", "coffee.avif", "p3.jpg", "cmyk.jpg",
    ])
    func `a confined process renders photos of every format`(name: String) async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(Fixture.path(name))
        #expect(try scratch.outputNames() == photo.files.map(\.fileName).sorted())
    }
}
