import Foundation
import Testing

@testable import Imaging

struct QueueTests {
    /// A processor whose child processes log their start, then wait until a file named `go` exists.
    private static func blockedProcessor(
        _ scratch: borrowing ScratchFolder, posts: Int = 100, maxPostsPerAccount: Int = 10
    ) -> PhotoProcessor {
        let script =
            "echo $1 >> \(scratch.path)/started; while [ ! -e \(scratch.path)/go ]; do sleep 0.01; done"
        return PhotoProcessor(
            executable: "/bin/sh", arguments: ["-c", script, "sh"], concurrent: 1, posts: posts,
            maxPostsPerAccount: maxPostsPerAccount, environment: ["PATH": "/usr/bin:/bin"])
    }

    /// Waits until the condition is true. The time limit of the test ends an endless wait.
    private static func waitUntil(_ condition: () throws -> Bool) async throws {
        while try !condition() { try await Task.sleep(for: .milliseconds(2)) }
    }

    /// The names of the photos whose processes have started.
    private static func started(in folder: String) -> [String] {
        let text = try? String(contentsOfFile: "\(folder)/started", encoding: .utf8)
        return text?.split(separator: "\n").map(String.init) ?? []
    }

    @Test(.timeLimit(.minutes(10)))
    func `photos are rendered in order, and rejected when the queue is full`() async throws {
        let scratch = try ScratchFolder()
        let (folder, output) = (scratch.path, scratch.output)
        let processor = Self.blockedProcessor(scratch, posts: 3)
        var tasks: [Task<Void, any Error>] = []
        for name in ["first", "second", "third"] {
            tasks.append(Task { _ = try await processor.process(name, into: output) })
            try await Self.waitUntil {
                Self.started(in: folder).count + processor.waitingCount == tasks.count
            }
        }
        #expect(processor.waitingCount == 2)
        await #expect(throws: ImagingError.busy) { try await processor.process("fourth", into: output) }
        _ = try scratch.file([], named: "go")
        for task in tasks { await #expect(throws: RenderFailure.self) { try await task.value } }
        #expect(Self.started(in: folder) == ["first", "second", "third"])
        #expect(processor.waitingCount == 0)
    }

    /// Starts rendering a photo and returns when it is in the queue or started, so that the order of arrival
    /// is known.
    private static func start(
        _ name: String, for account: Int64, with processor: PhotoProcessor,
        in scratch: borrowing ScratchFolder
    ) async throws -> Task<Void, any Error> {
        let (folder, output) = (scratch.path, scratch.output)
        let before = started(in: folder).count + processor.waitingCount
        let task = Task { _ = try await processor.process(name, into: output, for: account) }
        try await waitUntil { started(in: folder).count + processor.waitingCount == before + 1 }
        return task
    }

    @Test(.timeLimit(.minutes(10)))
    func `accounts take turns, however many photos one of them uploads`() async throws {
        let scratch = try ScratchFolder()
        let processor = Self.blockedProcessor(scratch)
        var tasks: [Task<Void, any Error>] = []
        for (name, account) in [("a1", 1), ("a2", 1), ("a3", 1), ("a4", 1), ("b1", 2), ("b2", 2), ("c1", 3)] {
            tasks.append(try await Self.start(name, for: Int64(account), with: processor, in: scratch))
        }
        _ = try scratch.file([], named: "go")
        for task in tasks { await #expect(throws: RenderFailure.self) { try await task.value } }
        #expect(Self.started(in: scratch.path) == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"])
    }

    @Test(.timeLimit(.minutes(10)))
    func `an account cannot fill the queue for other accounts`() async throws {
        let scratch = try ScratchFolder()
        let output = scratch.output
        let processor = Self.blockedProcessor(scratch, posts: 3, maxPostsPerAccount: 2)
        var tasks = [try await Self.start("a1", for: 1, with: processor, in: scratch)]
        tasks.append(try await Self.start("a2", for: 1, with: processor, in: scratch))
        await #expect(throws: ImagingError.tooManyWaiting) {
            try await processor.process("a3", into: output, for: 1)
        }
        tasks.append(try await Self.start("b1", for: 2, with: processor, in: scratch))
        await #expect(throws: ImagingError.busy) { try await processor.process("c1", into: output, for: 3) }
        _ = try scratch.file([], named: "go")
        for task in tasks { await #expect(throws: RenderFailure.self) { try await task.value } }
        // The queue is empty again, so the photo is accepted.
        await #expect(throws: RenderFailure.self) { try await processor.process("a3", into: output, for: 1) }
    }

    @Test(.timeLimit(.minutes(10)))
    func `a post of ten photos takes one place until the last photo is rendered`() async throws {
        let scratch = try ScratchFolder()
        let (folder, output) = (scratch.path, scratch.output)
        let processor = Self.blockedProcessor(scratch, posts: 1)
        let (rendered, signalRendered) = AsyncStream.makeStream(of: Void.self)
        let (resumed, resume) = AsyncStream.makeStream(of: Void.self)
        let post = Task {
            try await processor.withPlace(for: 1, photos: 10) { place in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<10 {
                        group.addTask { _ = try? await place.process("\(number)", into: output) }
                    }
                    try await group.waitForAll()
                }
                signalRendered.finish()
                for await _ in resumed {}
            }
        }
        try await Self.waitUntil { processor.waitingCount == 9 && Self.started(in: folder).count == 1 }
        await #expect(throws: ImagingError.busy) {
            try await processor.process("other", into: output, for: 2)
        }
        _ = try scratch.file([], named: "go")
        for await _ in rendered {}
        // The post is still being published after rendering, but its place is already free.
        await #expect(throws: RenderFailure.self) {
            try await processor.process("other", into: output, for: 2)
        }
        resume.finish()
        try await post.value
        #expect(Self.started(in: folder).count == 11)
    }

    @Test(.timeLimit(.minutes(10)))
    func `a cancelled photo leaves the queue`() async throws {
        let scratch = try ScratchFolder()
        let (folder, output) = (scratch.path, scratch.output)
        let processor = Self.blockedProcessor(scratch, posts: 2)
        let first = Task { try await processor.process("first", into: output) }
        try await Self.waitUntil { Self.started(in: folder).count == 1 }
        let second = Task { try await processor.process("second", into: output) }
        try await Self.waitUntil { processor.waitingCount == 1 }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        #expect(processor.waitingCount == 0)
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        // This task is cancelled before it enters the queue.
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await processor.process("late", into: output)
        }
        await #expect(throws: CancellationError.self) { try await late.value }
        #expect(Self.started(in: folder) == ["first"])
    }

    @Test(.timeLimit(.minutes(10)))
    func `cancelling an upload ends its process and leaves no files`() async throws {
        let scratch = try ScratchFolder()
        let (folder, output) = (scratch.path, scratch.output)
        let script = """
            echo $$ > \(folder)/pid; echo > "$2/half.jpg"; mv \(folder)/pid \(folder)/started
            while :; do :; done
            """
        let processor = PhotoProcessor(
            executable: "/bin/sh", arguments: ["-c", script, "sh"], environment: ["PATH": "/bin"])
        let task = Task { try await processor.process("upload", into: output) }
        try await Self.waitUntil { !Self.started(in: folder).isEmpty }
        let process = try #require(Int32(Self.started(in: folder)[0]))
        #expect(kill(process, 0) == 0)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(kill(process, 0) != 0)
        #expect(try scratch.outputNames() == [])
    }

    @Test func `many photos can be rendered at once`() async throws {
        let scratch = try ScratchFolder()
        let folder = scratch.path
        let processor = PhotoProcessor.forTests(concurrent: 2)
        let sizes = try await withThrowingTaskGroup(of: Int.self) { group in
            for (index, name) in ["cat.jpg", "cat.png", "cat.webp", "cat.gif", "cat.heic", "cat.avif"]
                .enumerated()
            {
                let output = "\(folder)/\(index)"
                try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: false)
                group.addTask { try await processor.process(Fixture.path(name), into: output).width }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sizes.sorted() == [120, 120, 120, 120, 120, 451])
    }
}
