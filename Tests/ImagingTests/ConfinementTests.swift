import Foundation
import Testing

@testable import Imaging

struct ConfinementTests {
    /// What a probe said: how it was confined, and what became of its attempt.
    private struct Outcome {
        let confinement: Confinement
        let result: String
    }

    /// Confines a process in a folder of its own and has it try something.
    private func attempt(_ name: String, walls: Confinement.Walls, asNobody: Bool) throws -> Outcome {
        let workshop = try Workshop()
        // Nobody has to get into it too.
        chmod(workshop.folder, 0o777)
        chmod(workshop.output, 0o777)
        let process = Process()
        process.executableURL = Bundle.module.bundleURL.deletingLastPathComponent().appending(
            path: "ConfinementProbe")
        process.arguments = [workshop.output, String(walls.rawValue), name] + (asNobody ? ["nobody"] : [])
        // Whatever it may not write at its end is no complaint.
        process.environment = ["MALLOC_ARENA_MAX": "1", "LLVM_PROFILE_FILE": "/dev/null"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let lines = text.split(separator: "\n").map(String.init)
        try #require(lines.count == 2, "\(text)")
        #expect(!FileManager.default.fileExists(atPath: workshop.folder + "/elsewhere") || lines[1] == "done")
        let confinement = try JSONDecoder().decode(Confinement.self, from: Data(lines[0].utf8))
        return Outcome(confinement: confinement, result: lines[1])
    }

    private static let forbidden = [
        "read a file", "read its environment", "write elsewhere", "write a new file", "remove a file",
        "make a socket",
        "make a local socket", "fork", "start a program", "become a program", "signal its parent",
        "raise a limit",
        "enter a namespace", "read on a thread that was there", "read on a new thread",
    ]

    /// By the filter alone, as in a container that allows no more, and by all there is.
    @Test(arguments: forbidden, [Confinement.Walls.filter, .all])
    func `a confined process is refused whatever it tries`(name: String, walls: Confinement.Walls) throws {
        for asNobody in [false, true] {
            let outcome = try attempt(name, walls: walls, asNobody: asNobody)
            #expect(outcome.result == String(EPERM))
            #expect(outcome.confinement.filtersSystemCalls)
        }
    }

    @Test(arguments: ["compute", "write to an open file"], [false, true])
    func `a confined process computes and writes into files that are open`(name: String, asNobody: Bool)
        throws
    {
        #expect(try attempt(name, walls: .all, asNobody: asNobody).result == "done")
    }

    @Test(arguments: [
        "read a file", "write elsewhere", "write a new file", "remove a file", "read on a new thread",
    ])
    func `where the kernel has Landlock, it forbids files by itself`(name: String) throws {
        let outcome = try attempt(name, walls: .landlock, asNobody: true)
        #expect(outcome.result == (outcome.confinement.landlockVersion > 0 ? String(EACCES) : "done"))
    }

    /// That the attempts are real.
    @Test(arguments: [
        "read a file", "write elsewhere", "make a socket", "fork", "start a program", "become a program",
    ])
    func `a process that is not confined does all of it`(name: String) throws {
        #expect(try attempt(name, walls: [], asNobody: false).result == "done")
    }

    @Test func `the server is told how its processes are confined`() async throws {
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

    /// Every format has a decoder of its own, with threads and needs of its own.
    @Test(arguments: [
        "coffee.jpg", "cat.png", "cat.webp", "cat.gif", "coffee.heic", "coffee.avif", "p3.jpg", "cmyk.jpg",
    ])
    func `a confined process renders photos of every kind`(name: String) async throws {
        let workshop = try Workshop()
        let photo = try await workshop.render(Fixture.path(name))
        #expect(try workshop.written() == photo.files.map(\.fileName).sorted())
    }
}
