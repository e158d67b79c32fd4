import Imaging
import MediaStorage
import Storage
import TestSupport
import Testing

@testable import Core

/// What a full disk does to people and to the log.
struct FullDiskTests {
    @Test func `people get the same sentence wherever the server meets a full disk`() {
        let errors: [any Error] = [
            StorageError.full, MediaError("Could not write x", isDiskFull: true),
            RenderFailure("cannot write a rendition: target: unix error: No space left on device"),
            RenderFailure("cannot create a rendition: Disk quota exceeded"),
        ]
        for error in errors {
            let problem = ServiceFailure(error)?.problem
            #expect(problem?.kind == .unavailable(retryAfter: 600), "\(error)")
            #expect(problem?.detail == "The server’s disk is full. Try again later.")
        }
        #expect(ServiceFailure(RenderFailure("cannot open the upload: Permission denied")) == nil)
        #expect(ServiceFailure(MediaError("Could not write x")) == nil)
    }

    @Test func `a lasting failure is logged once a minute, and a lost commit every time`() {
        let (time, log) = (TestClock(), RecordedLog())
        let failures = ThrottledLog(interval: 60_000, clock: time.clock)
        func fail(_ error: any Error) { ServiceFailure(error)?.log(error, to: log.logger, with: failures) }
        for _ in 0..<100 {
            fail(StorageError.full)
            fail(MediaError("Could not write x", isDiskFull: true))
            fail(MediaError("no response", isTransient: true))
            time.advance(by: 500)
        }
        #expect(log.count(of: "The disk is full") == 1)
        #expect(log.count(of: "The photo storage is not available") == 1)
        time.advance(by: 10_000)
        fail(StorageError.full)
        #expect(log.count(of: "The disk is full") == 2)
        // A clock that was set back does not silence the log.
        time.advance(by: -3_600_000)
        fail(StorageError.full)
        #expect(log.count(of: "The disk is full") == 3)
        for _ in 0..<3 { fail(StorageError.uncertain) }
        #expect(log.count(of: "during a commit") == 3)
        fail(StorageError.busy)
        #expect(log.count(of: "busy") == 0)
    }

    @Test func `an upload on a full disk leaves no file and no record behind`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            for statement in ["INSERT INTO posts", "INSERT INTO photos", "INSERT INTO unclaimed_files"] {
                let storage = FaultInjectingStorage(test.storage) {
                    $0.text.contains(statement) ? .fails(.full) : nil
                }
                let community = test.community(over: storage)
                await #expect(throws: StorageError.full, "\(statement)") {
                    try await community.posts.publish(
                        PostDraft(caption: "", photos: .uploads([try test.upload()])), by: ada)
                }
                try await test.settle()
                #expect(test.storedFiles == [])
                let rows = try await test.storage.read {
                    try $0.int("SELECT (SELECT count(*) FROM posts) + (SELECT count(*) FROM unclaimed_files)")
                }
                #expect(rows == 0)
            }
            #expect(try await test.post(by: ada).photos.count == 1)
        }
    }
}
