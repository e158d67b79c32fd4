import Foundation
import Testing

@testable import Imaging

struct QueueTests {
    /// A processor whose children wait until a file is there; each says that it has begun.
    private static func patient(_ workshop: borrowing Workshop, waiting: Int) -> PhotoProcessor {
        let script = "echo $1 >> \(workshop.folder)/begun; while [ ! -e \(workshop.folder)/go ]; do sleep 0.01; done"
        return PhotoProcessor(
            executable: "/bin/sh", arguments: ["-c", script, "sh"], concurrent: 1, waiting: waiting,
            environment: ["PATH": "/usr/bin:/bin"])
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
        let processor = Self.patient(workshop, waiting: 2)
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

    @Test(.timeLimit(.minutes(10)))
    func `whoever leaves the line lets the next one come sooner`() async throws {
        let workshop = try Workshop()
        let (folder, output) = (workshop.folder, workshop.output)
        let processor = Self.patient(workshop, waiting: 1)
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
            for (place, name) in ["cat.jpg", "cat.png", "cat.webp", "cat.gif", "cat.heic", "cat.avif"].enumerated() {
                let output = "\(folder)/\(place)"
                try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: false)
                group.addTask { try await processor.process(Fixture.path(name), into: output).width }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sizes.sorted() == [120, 120, 120, 120, 120, 451])
    }
}
