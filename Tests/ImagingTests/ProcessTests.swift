import Foundation
import Testing

@testable import Imaging

struct ProcessTests {
    /// A processor whose child process is a shell that runs this script.
    private static func shell(_ script: String, limits: PhotoLimits = PhotoLimits()) -> PhotoProcessor {
        PhotoProcessor(executable: "/bin/sh", arguments: ["-c", script, "sh"], limits: limits, concurrent: 1)
    }

    @Test(arguments: [
        ("kill -SEGV $$", ImagingError.damaged("")), ("kill -ABRT $$", .damaged("")),
        ("echo 'failed to allocate 9 bytes' >&2; kill -TRAP $$", .tooComplex),
        ("kill -XCPU $$", .tooComplex), ("ulimit -St 1; while :; do :; done", .tooComplex),
        ("echo 'Out of memory' >&2; exit 1", .tooComplex), ("while :; do echo yes; done", .damaged("")),
    ])
    func `if a process crashes or exceeds its limits, only its photo is rejected`(
        script: String, error: ImagingError
    ) async throws {
        let scratch = try ScratchFolder()
        await #expect(throws: error) {
            try await Self.shell("touch \"$2/12.jpg\"; " + script).process("upload", into: scratch.output)
        }
        #expect(try scratch.outputNames() == [])
    }

    /// Tests the child's own alarm and a kill from outside.
    @Test(arguments: ["kill -ALRM $$", "kill -KILL $$"])
    func `a photo whose process is killed for another reason can be uploaded again`(
        script: String
    ) async throws {
        let scratch = try ScratchFolder()
        await #expect(throws: ImagingError.busy) {
            try await Self.shell("touch \"$2/12.jpg\"; " + script).process("upload", into: scratch.output)
        }
        #expect(try scratch.outputNames() == [])
    }

    @Test func `the deadline ends a process that gets no CPU time, without blaming the photo`()
        async throws
    {
        let scratch = try ScratchFolder()
        var limits = PhotoLimits()
        limits.deadlineSeconds = 0.05
        // The child stops itself, as if a busy machine gave it no CPU time, and never ends.
        let starved = Self.shell(": > \"$2/12.jpg\"; while :; do kill -STOP $$; done", limits: limits)
        await #expect(throws: ImagingError.busy) {
            try await starved.process("upload", into: scratch.output)
        }
        #expect(try scratch.outputNames() == [])
    }

    @Test(arguments: ["exit 3", "exit 0", "echo '{'", "echo '{\"failed\":{\"_0\":\"no space\"}}'"])
    func `an unexpected failure of the process is a server error`(script: String) async throws {
        let scratch = try ScratchFolder()
        await #expect(throws: RenderFailure.self) {
            try await Self.shell(script).process("upload", into: scratch.output)
        }
        #expect(try scratch.outputNames() == [])
    }

    @Test func `a missing program is a server error`() async throws {
        let scratch = try ScratchFolder()
        let processor = PhotoProcessor(executable: "/nonexistent/isntgram", arguments: [])
        let failure = await #expect(throws: RenderFailure.self) {
            try await processor.process("upload", into: scratch.output)
        }
        #expect("\(try #require(failure))".contains("/nonexistent/isntgram"))
    }

    @Test func `the child does not inherit the environment of the server`() async throws {
        setenv("ISNTGRAM_TEST_SECRET", "hush", 1)
        let scratch = try ScratchFolder()
        let file = "\(scratch.path)/environment"
        await #expect(throws: RenderFailure.self) {
            try await Self.shell("env > \(file); cat >> \(file)").process("upload", into: scratch.output)
        }
        let environment = try String(contentsOfFile: file, encoding: .utf8)
        #expect(environment.contains("MALLOC_ARENA_MAX=1") && !environment.contains("SECRET"))
    }

    /// The reply for a photo of 8 × 8 pixels.
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
            {"rendered":{"_0":{"width":\(width),"height":\(height),"blurhash":"\(blurhash)",\
            "renditions":[\(renditions)],
            "thumbnail":{"fileName":"thumb.jpg","width":320,"height":320,"byteCount":12}}}}
            """
    }

    /// A shell script that creates the files of that photo.
    private static let files = """
        PATH=/usr/bin:/bin; printf '\\377\\330\\377abcdefghi' > "$2/0"; cp "$2/0" "$2/1"
        """

    @Test func `a correct reply is accepted`() async throws {
        let scratch = try ScratchFolder()
        let script = "\(Self.files); echo '\(Self.reply())'"
        let photo = try await Self.shell(script).process("upload", into: scratch.output)
        #expect(photo.width == 8)
        #expect(try scratch.outputNames() == ["8.jpg", "thumb.jpg"])
    }

    /// False replies, which a malicious upload that took over the decoder may send.
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
    func `a reply that cannot be true is rejected`(reply: String) async throws {
        let scratch = try ScratchFolder()
        await #expect(throws: ImagingError.damaged("")) {
            try await Self.shell("\(Self.files); echo '\(reply)'")
                .process("upload", into: scratch.output)
        }
        #expect(try scratch.outputNames() == [])
    }

    @Test(arguments: [
        "rm \"$2/0\"; ln -s /etc/passwd \"$2/0\"", "rm \"$2/0\"; mkfifo \"$2/0\"", "rm \"$2/1\"",
        "printf '<script>abcd' > \"$2/1\"", "rm \"$2/1\"; mkdir \"$2/1\"",
    ])
    func `a reply whose files are not JPEG files is rejected`(change: String) async throws {
        let scratch = try ScratchFolder()
        await #expect(throws: ImagingError.damaged("")) {
            try await Self.shell("\(Self.files); \(change); echo '\(Self.reply())'")
                .process("upload", into: scratch.output)
        }
        #expect(try scratch.outputNames() == [])
    }

    /// The error of a reply is shown to the person who uploaded the photo, so it must be plausible.
    @Test(arguments: [
        (ImagingError.damaged("a\u{1B}[31mb\nc"), ImagingError.damaged("a[31mbc")), (.busy, .damaged("")),
        (.tooManyWaiting, .damaged("")), (.sideTooLong(side: 3, limit: 2), .damaged("")),
        (.tooLarge(bytes: .min, limit: 25_000_000), .damaged("")),
        (.tooManyPixels(width: .max, height: .max, limit: 64_000_000), .damaged("")),
        (.sideTooLong(side: 20_000, limit: 16_384), .sideTooLong(side: 20_000, limit: 16_384)),
        (.tooComplex, .tooComplex), (.notAPhoto, .notAPhoto),
    ])
    func `an error that cannot be true is not passed on`(
        reported: ImagingError, expected: ImagingError
    ) async throws {
        let scratch = try ScratchFolder()
        let reply = String(decoding: try JSONEncoder().encode(RenderReply.refused(reported)), as: UTF8.self)
        let file = try scratch.file(Array(reply.utf8), named: "reply")
        await #expect(throws: expected) {
            try await Self.shell("PATH=/usr/bin:/bin; cat '\(file)'").process("upload", into: scratch.output)
        }
    }

    @Test func `a missing file or folder is a server error`() async throws {
        let scratch = try ScratchFolder()
        await #expect(throws: RenderFailure.self) {
            try await PhotoProcessor.forTests().process(Fixture.path("cat.png"), into: "/nonexistent")
        }
        await #expect(throws: RenderFailure.self) { try await scratch.render("\(scratch.path)/none") }
        #expect(try scratch.outputNames() == [])
    }

    @Test func `if a file cannot be moved into place, no files are left behind`() async throws {
        let scratch = try ScratchFolder()
        // A folder blocks the path of the last file.
        try FileManager.default.createDirectory(
            atPath: "\(scratch.output)/thumb.jpg", withIntermediateDirectories: false)
        await #expect(throws: RenderFailure.self) { try await scratch.render(Fixture.path("cat.png")) }
        #expect(try scratch.outputNames() == ["thumb.jpg"])
    }

    @Test func `the worker prints its usage when called with wrong arguments`() {
        let reply = RenderWorker.reply(to: ["photo.jpg"])
        #expect(reply == .failed("usage: INPUT OUTPUT-FOLDER LIMITS-AS-JSON SHAPE"))
    }
}
