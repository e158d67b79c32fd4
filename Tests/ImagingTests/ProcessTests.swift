import Foundation
import Testing

@testable import Imaging

struct ProcessTests {
    /// A processor whose child is a shell that runs this.
    private static func shell(_ script: String, limits: PhotoLimits = PhotoLimits()) -> PhotoProcessor {
        PhotoProcessor(executable: "/bin/sh", arguments: ["-c", script, "sh"], limits: limits, concurrent: 1)
    }

    @Test(arguments: [
        ("kill -SEGV $$", ImagingError.damaged("")), ("kill -ABRT $$", .damaged("")),
        ("echo 'failed to allocate 9 bytes' >&2; kill -TRAP $$", .tooComplex),
        ("kill -XCPU $$", .tooComplex), ("ulimit -St 1; while :; do :; done", .tooComplex),
        ("echo 'Out of memory' >&2; exit 1", .tooComplex), ("while :; do echo yes; done", .damaged("")),
    ])
    func `a process that dies or runs wild refuses its photo and nothing else`(
        script: String, refusal: ImagingError
    ) async throws {
        let workshop = try Workshop()
        await #expect(throws: refusal) {
            try await Self.shell("touch \"$2/12.jpg\"; " + script).process("upload", into: workshop.output)
        }
        #expect(try workshop.written() == [])
    }

    /// The alarm of the child itself, and a kill from outside.
    @Test(arguments: ["kill -ALRM $$", "kill -KILL $$"])
    func `a process that was ended for no fault of its photo may be tried again`(script: String) async throws {
        let workshop = try Workshop()
        await #expect(throws: ImagingError.busy) {
            try await Self.shell("touch \"$2/12.jpg\"; " + script).process("upload", into: workshop.output)
        }
        #expect(try workshop.written() == [])
    }

    @Test func `a process that gets no CPU time is ended by the deadline, and its photo is not blamed`()
        async throws
    {
        let workshop = try Workshop()
        var limits = PhotoLimits()
        limits.deadlineSeconds = 0.05
        // It stops itself, as a busy machine might leave it. However far it came, it never ends.
        let starved = Self.shell(": > \"$2/12.jpg\"; while :; do kill -STOP $$; done", limits: limits)
        await #expect(throws: ImagingError.busy) { try await starved.process("upload", into: workshop.output) }
        #expect(try workshop.written() == [])
    }

    @Test(arguments: ["exit 3", "exit 0", "echo '{'", "echo '{\"failed\":{\"_0\":\"no space\"}}'"])
    func `a process that fails by itself is the server's failure`(script: String) async throws {
        let workshop = try Workshop()
        await #expect(throws: RenderFailure.self) {
            try await Self.shell(script).process("upload", into: workshop.output)
        }
        #expect(try workshop.written() == [])
    }

    @Test func `a missing program is the server's failure`() async throws {
        let workshop = try Workshop()
        let processor = PhotoProcessor(executable: "/nonexistent/isntgram", arguments: [])
        let failure = await #expect(throws: RenderFailure.self) {
            try await processor.process("upload", into: workshop.output)
        }
        #expect("\(try #require(failure))".contains("/nonexistent/isntgram"))
    }

    @Test func `the child knows nothing of the server's environment`() async throws {
        setenv("ISNTGRAM_TEST_SECRET", "hush", 1)
        let workshop = try Workshop()
        let file = "\(workshop.folder)/environment"
        await #expect(throws: RenderFailure.self) {
            try await Self.shell("env > \(file); cat >> \(file)").process("upload", into: workshop.output)
        }
        let environment = try String(contentsOfFile: file, encoding: .utf8)
        #expect(environment.contains("MALLOC_ARENA_MAX=1") && !environment.contains("SECRET"))
    }

    /// Replies that are lies: a decoder taken over by an upload may say anything.
    @Test(arguments: [
        "../../stolen.jpg", "/etc/passwd", "link.jpg", "8.jpg", "9.jpg",
    ])
    func `a reply that names other files than were promised is refused`(name: String) async throws {
        let workshop = try Workshop()
        let reply = """
            {"rendered":{"_0":{"width":8,"height":8,"blurhash":"000000",
            "renditions":[{"fileName":"\(name)","width":8,"height":8,"byteCount":3}],
            "thumbnail":{"fileName":"thumb.jpg","width":320,"height":320,"byteCount":3}}}}
            """
        let script = """
            ln -s /etc/passwd "$2/8.jpg"; printf abc > "$2/9.jpg"; printf abc > "$2/thumb.jpg"; echo '\(reply)'
            """
        await #expect(throws: ImagingError.damaged("")) {
            try await Self.shell(script).process("upload", into: workshop.output)
        }
        #expect(try workshop.written() == [])
    }

    @Test func `a folder or file that is not there is the server's failure`() async throws {
        let workshop = try Workshop()
        await #expect(throws: RenderFailure.self) {
            try await PhotoProcessor.forTests().process(Fixture.path("cat.png"), into: "/nonexistent")
        }
        await #expect(throws: RenderFailure.self) { try await workshop.render("\(workshop.folder)/none") }
        #expect(try workshop.written() == [])
    }

    @Test func `files that cannot be put in place leave none behind`() async throws {
        let workshop = try Workshop()
        // A folder in the way of the last file.
        try FileManager.default.createDirectory(
            atPath: "\(workshop.output)/thumb.jpg", withIntermediateDirectories: false)
        await #expect(throws: RenderFailure.self) { try await workshop.render(Fixture.path("cat.png")) }
        #expect(try workshop.written() == ["thumb.jpg"])
    }

    @Test func `the worker explains itself when called by hand`() {
        let reply = RenderWorker.reply(to: ["photo.jpg"])
        #expect(reply == .failed("usage: INPUT OUTPUT-FOLDER LIMITS-AS-JSON SHAPE"))
    }
}
