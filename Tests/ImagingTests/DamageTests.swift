import Testing

@testable import Imaging

struct DamageTests {
    @Test(arguments: ["cat.webp", "cat.heic", "cat.avif"])
    func `a truncated photo is rejected as damaged`(name: String) async throws {
        let scratch = try ScratchFolder()
        let bytes = try Fixture.bytes(name)
        let file = try scratch.file(bytes.prefix(bytes.count / 2))
        let error = await #expect(throws: ImagingError.self) { try await scratch.render(file) }
        guard case .damaged(let reason) = error else { throw Unexpected(error) }
        #expect(!reason.contains(scratch.path) && reason.utf8.allSatisfy { (32..<127).contains($0) })
        #expect(try scratch.outputNames() == [])
    }

    @Test(arguments: ["cat.jpg", "cat.png", "cat.webp", "cat.gif", "cat.heic", "cat.avif"])
    func `flipped bits do no harm`(name: String) async throws {
        let scratch = try ScratchFolder()
        let whole = try Fixture.bytes(name)
        var random = SeededGenerator(seed: UInt64(whole.count))
        for _ in 0..<25 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                // Half of the changes are in the first 700 bytes, because headers matter more than pixels.
                let end = Bool.random(using: &random) ? min(700, bytes.count) : bytes.count
                bytes[Int.random(in: 12..<end, using: &random)] ^=
                    1 << UInt8.random(in: 0..<8, using: &random)
            }
            try await renderOrReject(bytes, in: scratch)
        }
    }

    @Test(arguments: ["cat.jpg", "cat.png", "cat.webp", "cat.gif", "cat.heic"])
    func `noise after a valid beginning does no harm`(name: String) async throws {
        let scratch = try ScratchFolder()
        let whole = try Fixture.bytes(name)
        var random = SeededGenerator(seed: 83)
        for _ in 0..<6 {
            let kept = Int.random(in: 12...min(whole.count, 400), using: &random)
            let noise = (0..<2000).map { _ in UInt8.random(in: 0...255, using: &random) }
            try await renderOrReject(whole.prefix(kept) + noise, in: scratch)
        }
    }

    /// Expects either a rendered photo with all its files, or a rejection and no files.
    private func renderOrReject(_ bytes: some Sequence<UInt8>, in scratch: borrowing ScratchFolder)
        async throws
    {
        let file = try scratch.file(bytes)
        do {
            let photo = try await scratch.render(file)
            #expect(try scratch.outputNames() == photo.files.map(\.fileName).sorted())
            try scratch.clear()
        } catch is ImagingError {
            #expect(try scratch.outputNames() == [])
        }
    }
}

/// A random number generator with a fixed seed: SplitMix64 (https://prng.di.unimi.it/splitmix64.c).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
