import Foundation
import Testing

@testable import Imaging

struct LimitTests {
    /// A PNG with such a header and no more than a few bytes of pixels.
    private static func png(width: UInt32, height: UInt32) -> [UInt8] {
        func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
            let body = Array(name.utf8) + data
            // CRC-32 of ISO 3309, as PNG wants it.
            let sum = body.reduce(UInt32.max) { sum, byte in
                (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
            }
            return bytes(UInt32(data.count)) + body + bytes(~sum)
        }
        func bytes(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunk("IHDR", bytes(width) + bytes(height) + [8, 2, 0, 0, 1])
            + chunk("IDAT", [0x78, 0x9C, 0x63, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01]) + chunk("IEND", [])
    }

    @Test func `a small file that promises 30,000² pixels is refused by its header`() async throws {
        let workshop = try Workshop()
        let bomb = try workshop.file(Self.png(width: 30_000, height: 30_000))
        await #expect(throws: ImagingError.sideTooLong(side: 30_000, limit: 16_384)) {
            try await workshop.render(bomb)
        }
        #expect(try workshop.written() == [])
    }

    @Test func `more than 64 megapixels are refused by the header`() async throws {
        let workshop = try Workshop()
        let large = try workshop.file(Self.png(width: 16_000, height: 4_001))
        let refusal = ImagingError.tooManyPixels(width: 16_000, height: 4_001, frames: 1, limit: 64_000_000)
        await #expect(throws: refusal) { try await workshop.render(large) }
        // As many as are taken: only now its missing pixels show.
        let whole = try workshop.file(Self.png(width: 16_000, height: 4_000))
        let error = await #expect(throws: ImagingError.self) { try await workshop.render(whole) }
        guard case .damaged = error else { throw Unexpected(error) }
    }

    @Test func `a file over 25 MB is refused unread`() async throws {
        let workshop = try Workshop()
        let file = try workshop.file(Fixture.bytes("cat.jpg"))
        let handle = try FileHandle(forUpdating: URL(filePath: file))
        try handle.truncate(atOffset: 25_000_001)
        try handle.close()
        await #expect(throws: ImagingError.tooLarge(bytes: 25_000_001, limit: 25_000_000)) {
            try await workshop.render(file)
        }
    }

    @Test func `a photo that takes more memory than allowed is refused, and the next one is not`()
        async throws
    {
        let workshop = try Workshop()
        var limits = PhotoLimits()
        limits.memory = 4 << 20
        let photo = try workshop.plainPhoto(width: 6000, height: 4000)
        await #expect(throws: ImagingError.tooComplex) { try await workshop.render(photo, limits: limits) }
        #expect(try workshop.written() == [])
        #expect(try await workshop.render(photo).width == 6000)
    }

    @Test func `a process that takes too much CPU time is ended by the kernel`() async throws {
        let workshop = try Workshop()
        var limits = PhotoLimits()
        limits.cpuSeconds = 0
        let photo = try workshop.plainPhoto(width: 12_000, height: 5_000)
        await #expect(throws: ImagingError.tooComplex) { try await workshop.render(photo, limits: limits) }
        #expect(try workshop.written() == [])
    }

    @Test(arguments: [
        (ImagingError.notAPhoto, "HEIC or AVIF"),
        (
            .tooManyPixels(width: 9000, height: 8000, frames: 1, limit: 64_000_000),
            "9000 × 8000 pixels, more than 64 "
        ),
        (
            .tooManyPixels(width: 900, height: 800, frames: 99, limit: 64_000_000),
            "900 × 800 pixels in 99 frames,"
        ),
        (.sideTooLong(side: 20_000, limit: 16_384), "20000 pixels long on one side; at most 16384"),
        (.tooLarge(bytes: 25_000_001, limit: 25_000_000), "has 25.1 MB; at most 25 MB"),
        (.damaged("no end"), "cannot be read (no end). Open it"), (.damaged(""), "cannot be read. Open it"),
        (.tooComplex, "ordinary JPEG"), (.busy, "try again"),
    ])
    func `a refusal says what is wrong and what to do`(error: ImagingError, part: String) {
        #expect(error.message.contains(part), "\(error.message)")
    }
}

/// Something else was thrown than expected.
struct Unexpected: Error {
    let error: (any Error)?
    init(_ error: (any Error)?) { self.error = error }
}
