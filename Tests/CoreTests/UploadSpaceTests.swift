import Core
import MediaStorage
import TestSupport
import Testing

struct UploadSpaceTests {
    private let ada = UploadSender.account(ID(1))
    private let ben = UploadSender.account(ID(2))

    private func withSpace(_ limits: UploadLimits, _ body: (UploadSpace) async throws -> Void) async throws {
        try await Fixtures.withFolder { folder in
            try await body(try UploadFolder(folder + "/uploads", limits: limits).space)
        }
    }

    @Test func `the disk space of each sender and of all senders is limited`() async throws {
        var limits = UploadLimits()
        (limits.bytes, limits.bytesPerSender) = (150, 100)
        try await withSpace(limits) { space in
            try space.reserve(bytes: 100, files: 1, for: ada)
            let own = await problem { try space.reserve(bytes: 1, for: ada) }
            #expect(own?.kind == .tooMany(retryAfter: 10))
            try space.reserve(bytes: 50, files: 1, for: ben)
            let all = await problem { try space.reserve(bytes: 1, for: ben) }
            #expect(all?.kind == .unavailable(retryAfter: 30))
            // Refused uploads take no space, and released space can be used again.
            space.release(bytes: 100, files: 1, for: ada)
            try space.reserve(bytes: 50, for: ben)
            try space.reserve(bytes: 50, for: ada)
        }
    }

    @Test func `the number of files is limited too`() async throws {
        var limits = UploadLimits()
        (limits.files, limits.filesPerSender) = (3, 2)
        try await withSpace(limits) { space in
            for _ in 0..<2 { try space.reserve(files: 1, for: ada) }
            #expect(await problem { try space.reserve(files: 1, for: ada) }?.kind == .tooMany(retryAfter: 10))
            try space.reserve(files: 1, for: ben)
            #expect(
                await problem { try space.reserve(files: 1, for: ben) }?.kind == .unavailable(retryAfter: 30))
        }
    }

    @Test func `an upload URL accepts one photo at a time`() async throws {
        let uploadURL = UploadSender.uploadURL(.random())
        try await withSpace(UploadLimits()) { space in
            try space.reserve(files: 1, for: uploadURL)
            try space.reserve(bytes: 10, for: uploadURL)
            #expect(
                await problem { try space.reserve(files: 1, for: uploadURL) }?.kind
                    == .tooMany(retryAfter: 10))
            space.release(bytes: 10, files: 1, for: uploadURL)
            try space.reserve(files: 1, for: uploadURL)
        }
    }
}
