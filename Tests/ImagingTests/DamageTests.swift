import Testing

@testable import Imaging

struct DamageTests {
    @Test(arguments: ["cat.jpg", "cat.png", "cat.webp", "cat.gif", "cat.heic", "cat.avif"])
    func `half a photo is refused as damaged`(name: String) async throws {
        let workshop = try Workshop()
        let bytes = try Fixture.bytes(name)
        let file = try workshop.file(bytes.prefix(bytes.count / 2))
        let error = await #expect(throws: ImagingError.self) { try await workshop.render(file) }
        guard case .damaged(let reason) = error else { throw Unexpected(error) }
        #expect(!reason.contains(workshop.folder) && reason.utf8.allSatisfy { (32..<127).contains($0) })
        #expect(try workshop.written() == [])
    }

    @Test(arguments: ["cat.jpg", "cat.png", "cat.webp", "cat.gif", "cat.heic", "cat.avif"])
    func `no bits turned over do harm`(name: String) async throws {
        let workshop = try Workshop()
        let whole = try Fixture.bytes(name)
        var random = Dice(seed: UInt64(whole.count))
        for _ in 0..<25 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                // Headers matter more than pixels.
                let reach = Bool.random(using: &random) ? min(700, bytes.count) : bytes.count
                bytes[Int.random(in: 12..<reach, using: &random)] ^=
                    1 << UInt8.random(in: 0..<8, using: &random)
            }
            try await renderOrRefuse(bytes, in: workshop)
        }
    }

    @Test(arguments: ["cat.jpg", "cat.png", "cat.webp", "cat.gif", "cat.heic"])
    func `no noise behind a good beginning does harm`(name: String) async throws {
        let workshop = try Workshop()
        let whole = try Fixture.bytes(name)
        var random = Dice(seed: 83)
        for _ in 0..<6 {
            let kept = Int.random(in: 12...min(whole.count, 400), using: &random)
            let noise = (0..<2000).map { _ in UInt8.random(in: 0...255, using: &random) }
            try await renderOrRefuse(whole.prefix(kept) + noise, in: workshop)
        }
    }

    /// A photo with all its files, or a refusal with none.
    private func renderOrRefuse(_ bytes: some Sequence<UInt8>, in workshop: borrowing Workshop) async throws {
        let file = try workshop.file(bytes)
        do {
            let photo = try await workshop.render(file)
            #expect(try workshop.written() == photo.files.map(\.fileName).sorted())
            try workshop.clear()
        } catch is ImagingError {
            #expect(try workshop.written() == [])
        }
    }
}

/// Random numbers that are the same each time: SplitMix64 (https://prng.di.unimi.it/splitmix64.c).
struct Dice: RandomNumberGenerator {
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
