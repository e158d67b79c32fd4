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
    func `a process that was ended for no fault of its photo may be tried again`(script: String) async throws
    {
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
        await #expect(throws: ImagingError.busy) {
            try await starved.process("upload", into: workshop.output)
        }
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

    /// A reply about a photo of 8 × 8 pixels, and a shell that leaves such files as it says.
    private static func reply(
        width: Int = 8, height: Int = 8, name: String = "8.jpg", renditionHeight: Int = 8,
        byteCount: Int = 12,
        blurhash: String = String(repeating: "0", count: 28), copies: Int = 1
    ) -> String {
        let rendition = """
            {"fileName":"\(name)","width":8,"height":\(renditionHeight),"byteCount":\(byteCount)}
            """
        let renditions = Array(repeating: rendition, count: copies).joined(separator: ",")
        return """
            {"rendered":{"_0":{"width":\(width),"height":\(height),"blurhash":"\(blurhash)","renditions":[\(renditions)],
            "thumbnail":{"fileName":"thumb.jpg","width":320,"height":320,"byteCount":12}}}}
            """
    }

    private static let files = """
        PATH=/usr/bin:/bin; printf '\\377\\330\\377abcdefghi' > "$2/0"; cp "$2/0" "$2/1"
        """

    @Test func `a reply that is true is taken`() async throws {
        let workshop = try Workshop()
        let script = "\(Self.files); echo '\(Self.reply())'"
        let photo = try await Self.shell(script).process("upload", into: workshop.output)
        #expect(photo.width == 8)
        #expect(try workshop.written() == ["8.jpg", "thumb.jpg"])
    }

    /// Replies that are lies: a decoder taken over by an upload may say anything.
    @Test(arguments: [
        reply(name: "../../stolen.jpg"), reply(name: "/etc/passwd"), reply(name: "9.jpg"),
        reply(width: .max), reply(height: .max), reply(width: .max, height: .max), reply(width: 16_385),
        reply(width: 16_000, height: 16_000), reply(width: -8), reply(height: 0),
        reply(renditionHeight: .max),
        reply(renditionHeight: 9), reply(byteCount: 11), reply(byteCount: 0), reply(byteCount: -1),
        reply(byteCount: .max),
        reply(blurhash: String(repeating: "0", count: 27)),
        reply(blurhash: String(repeating: "<", count: 28)),
        reply(blurhash: ""), reply(copies: 0), reply(copies: 2), reply(copies: 300),
    ])
    func `a reply that promises what cannot be is refused`(reply: String) async throws {
        let workshop = try Workshop()
        await #expect(throws: ImagingError.damaged("")) {
            try await Self.shell("\(Self.files); echo '\(reply)'")
                .process("upload", into: workshop.output)
        }
        #expect(try workshop.written() == [])
    }

    @Test(arguments: [
        "rm \"$2/0\"; ln -s /etc/passwd \"$2/0\"", "rm \"$2/0\"; mkfifo \"$2/0\"", "rm \"$2/1\"",
        "printf '<script>abcd' > \"$2/1\"", "rm \"$2/1\"; mkdir \"$2/1\"",
    ])
    func `files that are none are refused`(change: String) async throws {
        let workshop = try Workshop()
        await #expect(throws: ImagingError.damaged("")) {
            try await Self.shell("\(Self.files); \(change); echo '\(Self.reply())'")
                .process("upload", into: workshop.output)
        }
        #expect(try workshop.written() == [])
    }

    /// A refusal is repeated to whoever sent the photo, so it says no more than is known.
    @Test(arguments: [
        (ImagingError.damaged("a\u{1B}[31mb\nc"), ImagingError.damaged("a[31mbc")), (.busy, .damaged("")),
        (.tooManyWaiting, .damaged("")), (.sideTooLong(side: 3, limit: 2), .damaged("")),
        (.tooLarge(bytes: .min, limit: 25_000_000), .damaged("")),
        (.tooManyPixels(width: .max, height: .max, frames: 1, limit: 64_000_000), .damaged("")),
        (.sideTooLong(side: 20_000, limit: 16_384), .sideTooLong(side: 20_000, limit: 16_384)),
        (.tooComplex, .tooComplex), (.notAPhoto, .notAPhoto),
    ])
    func `a refusal that cannot be is not repeated`(said: ImagingError, taken: ImagingError) async throws {
        let workshop = try Workshop()
        let reply = String(decoding: try JSONEncoder().encode(RenderReply.refused(said)), as: UTF8.self)
        let file = try workshop.file(Array(reply.utf8), named: "reply")
        await #expect(throws: taken) {
            try await Self.shell("PATH=/usr/bin:/bin; cat '\(file)'").process("upload", into: workshop.output)
        }
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
