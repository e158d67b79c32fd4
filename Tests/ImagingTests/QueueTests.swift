import Foundation
import Testing

@testable import Imaging

struct QueueTests {
    /// A processor whose children wait until a file is there; each says that it has begun.
    private static func patient(
        _ workshop: borrowing Workshop, posts: Int = 100, postsOfOne: Int = 10
    ) -> PhotoProcessor {
        let script =
            "echo $1 >> \(workshop.folder)/begun; while [ ! -e \(workshop.folder)/go ]; do sleep 0.01; done"
        return PhotoProcessor(
            executable: "/bin/sh", arguments: ["-c", script, "sh"], concurrent: 1, posts: posts,
            postsOfOne: postsOfOne, environment: ["PATH": "/usr/bin:/bin"])
    }

    /// Waits for something that will be so soon; the test's time limit ends it otherwise.
    private static func until(_ condition: () throws -> Bool) async throws {
        while try !condition() { try await Task.sleep(for: .milliseconds(2)) }
    }

    private static func begun(in folder: String) -> [String] {
        let text = try? String(contentsOfFile: "\(folder)/begun", encoding: .utf8)
        return text?.split(separator: "\n").map(String.init) ?? []
    }

    @Test(.timeLimit(.minutes(10)))
    func `photos are taken in turn, and sent away when the line is full`() async throws {
        let workshop = try Workshop()
        let (folder, output) = (workshop.folder, workshop.output)
        let processor = Self.patient(workshop, posts: 3)
        var tasks: [Task<Void, any Error>] = []
        for name in ["first", "second", "third"] {
            tasks.append(Task { _ = try await processor.process(name, into: output) })
            try await Self.until { Self.begun(in: folder).count + processor.waiting == tasks.count }
        }
        #expect(processor.waiting == 2)
        await #expect(throws: ImagingError.busy) { try await processor.process("fourth", into: output) }
        _ = try workshop.file([], named: "go")
        for task in tasks { await #expect(throws: RenderFailure.self) { try await task.value } }
        #expect(Self.begun(in: folder) == ["first", "second", "third"])
        #expect(processor.waiting == 0)
    }

    /// Starts rendering a photo and returns when it waits or is rendered, so that the order of arrival is
    /// known.
    private static func start(
        _ name: String, for account: Int64, with processor: PhotoProcessor, in workshop: borrowing Workshop
    ) async throws -> Task<Void, any Error> {
        let (folder, output) = (workshop.folder, workshop.output)
        let before = begun(in: folder).count + processor.waiting
        let task = Task { _ = try await processor.process(name, into: output, for: account) }
        try await until { begun(in: folder).count + processor.waiting == before + 1 }
        return task
    }

    @Test(.timeLimit(.minutes(10)))
    func `accounts take turns, however many photos one of them has`() async throws {
        let workshop = try Workshop()
        let processor = Self.patient(workshop)
        var tasks: [Task<Void, any Error>] = []
        for (name, account) in [("a1", 1), ("a2", 1), ("a3", 1), ("a4", 1), ("b1", 2), ("b2", 2), ("c1", 3)] {
            tasks.append(try await Self.start(name, for: Int64(account), with: processor, in: workshop))
        }
        _ = try workshop.file([], named: "go")
        for task in tasks { await #expect(throws: RenderFailure.self) { try await task.value } }
        #expect(Self.begun(in: workshop.folder) == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"])
    }

    @Test(.timeLimit(.minutes(10)))
    func `one account has only so many posts in the line, and others come in all the same`() async throws {
        let workshop = try Workshop()
        let output = workshop.output
        let processor = Self.patient(workshop, posts: 3, postsOfOne: 2)
        var tasks = [try await Self.start("a1", for: 1, with: processor, in: workshop)]
        tasks.append(try await Self.start("a2", for: 1, with: processor, in: workshop))
        await #expect(throws: ImagingError.tooManyWaiting) {
            try await processor.process("a3", into: output, for: 1)
        }
        tasks.append(try await Self.start("b1", for: 2, with: processor, in: workshop))
        await #expect(throws: ImagingError.busy) { try await processor.process("c1", into: output, for: 3) }
        _ = try workshop.file([], named: "go")
        for task in tasks { await #expect(throws: RenderFailure.self) { try await task.value } }
        // All have left, and there is room again.
        await #expect(throws: RenderFailure.self) { try await processor.process("a3", into: output, for: 1) }
    }

    @Test(.timeLimit(.minutes(10)))
    func `a post of ten photos waits once, until the last of them is rendered`() async throws {
        let workshop = try Workshop()
        let (folder, output) = (workshop.folder, workshop.output)
        let processor = Self.patient(workshop, posts: 1)
        let (rendered, goOn) = AsyncStream.makeStream(of: Void.self)
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        let post = Task {
            try await processor.withPlace(for: 1, photos: 10) { place in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<10 {
                        group.addTask { _ = try? await place.process("\(number)", into: output) }
                    }
                    try await group.waitForAll()
                }
                goOn.finish()
                for await _ in ended {}
            }
        }
        try await Self.until { processor.waiting == 9 && Self.begun(in: folder).count == 1 }
        await #expect(throws: ImagingError.busy) {
            try await processor.process("other", into: output, for: 2)
        }
        _ = try workshop.file([], named: "go")
        for await _ in rendered {}
        // The post goes on, with what comes after rendering, and its place is free.
        await #expect(throws: RenderFailure.self) {
            try await processor.process("other", into: output, for: 2)
        }
        end.finish()
        try await post.value
        #expect(Self.begun(in: folder).count == 11)
    }

    @Test(.timeLimit(.minutes(10)))
    func `whoever leaves the line lets the next one come sooner`() async throws {
        let workshop = try Workshop()
        let (folder, output) = (workshop.folder, workshop.output)
        let processor = Self.patient(workshop, posts: 2)
        let first = Task { try await processor.process("first", into: output) }
        try await Self.until { Self.begun(in: folder).count == 1 }
        let second = Task { try await processor.process("second", into: output) }
        try await Self.until { processor.waiting == 1 }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        #expect(processor.waiting == 0)
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        // Cancelled before it came.
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await processor.process("late", into: output)
        }
        await #expect(throws: CancellationError.self) { try await late.value }
        #expect(Self.begun(in: folder) == ["first"])
    }

    @Test(.timeLimit(.minutes(10)))
    func `a cancelled upload ends its process and leaves nothing`() async throws {
        let workshop = try Workshop()
        let (folder, output) = (workshop.folder, workshop.output)
        let script = """
            echo $$ > \(folder)/pid; echo > "$2/half.jpg"; mv \(folder)/pid \(folder)/begun; while :; do :; done
            """
        let processor = PhotoProcessor(
            executable: "/bin/sh", arguments: ["-c", script, "sh"], environment: ["PATH": "/bin"])
        let task = Task { try await processor.process("upload", into: output) }
        try await Self.until { !Self.begun(in: folder).isEmpty }
        let process = try #require(Int32(Self.begun(in: folder)[0]))
        #expect(kill(process, 0) == 0)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(kill(process, 0) != 0)
        #expect(try workshop.written() == [])
    }

    @Test func `many photos at once all come out right`() async throws {
        let workshop = try Workshop()
        let folder = workshop.folder
        let processor = PhotoProcessor.forTests(concurrent: 2)
        let sizes = try await withThrowingTaskGroup(of: Int.self) { group in
            for (place, name) in ["cat.jpg", "cat.png", "cat.webp", "cat.gif", "cat.heic", "cat.avif"]
                .enumerated()
            {
                let output = "\(folder)/\(place)"
                try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: false)
                group.addTask { try await processor.process(Fixture.path(name), into: output).width }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sizes.sorted() == [120, 120, 120, 120, 120, 451])
    }
}
