import Foundation
import Testing

@testable import Imaging

struct LimitTests {
    /// Creates a PNG with this size in its header and only a few bytes of pixel data.
    private static func png(width: UInt32, height: UInt32) -> [UInt8] {
        func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
            let body = Array(name.utf8) + data
            // CRC-32 of ISO 3309, which PNG uses.
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

    @Test func `a small file whose header declares 30,000² pixels is rejected`() async throws {
        let scratch = try ScratchFolder()
        let bomb = try scratch.file(Self.png(width: 30_000, height: 30_000))
        await #expect(throws: ImagingError.sideTooLong(side: 30_000, limit: 16_384)) {
            try await scratch.render(bomb)
        }
        #expect(try scratch.outputNames() == [])
    }

    @Test func `a photo of more than 64 megapixels is rejected by its header`() async throws {
        let scratch = try ScratchFolder()
        let large = try scratch.file(Self.png(width: 16_000, height: 4_001))
        let expected = ImagingError.tooManyPixels(width: 16_000, height: 4_001, limit: 64_000_000)
        await #expect(throws: expected) { try await scratch.render(large) }
        // At the limit, the header is accepted, and the missing pixels are detected.
        let whole = try scratch.file(Self.png(width: 16_000, height: 4_000))
        let error = await #expect(throws: ImagingError.self) { try await scratch.render(whole) }
        #expect(error == .incomplete)
    }

    @Test func `a file over 25 MB is rejected without being read`() async throws {
        let scratch = try ScratchFolder()
        let file = try scratch.file(Fixture.bytes("cat.jpg"))
        let handle = try FileHandle(forUpdating: URL(filePath: file))
        try handle.truncate(atOffset: 25_000_001)
        try handle.close()
        await #expect(throws: ImagingError.tooLarge(bytes: 25_000_001, limit: 25_000_000)) {
            try await scratch.render(file)
        }
    }

    @Test func `a photo that needs too much memory is rejected, and the next one is rendered`()
        async throws
    {
        let scratch = try ScratchFolder()
        var limits = PhotoLimits()
        limits.memory = 4 << 20
        let photo = try scratch.plainPhoto(width: 6000, height: 4000)
        await #expect(throws: ImagingError.tooComplex) { try await scratch.render(photo, limits: limits) }
        #expect(try scratch.outputNames() == [])
        #expect(try await scratch.render(photo).width == 6000)
    }

    @Test func `the kernel ends a process that uses too much CPU time`() async throws {
        let scratch = try ScratchFolder()
        var limits = PhotoLimits()
        limits.cpuSeconds = 0
        let photo = try scratch.plainPhoto(width: 12_000, height: 5_000)
        await #expect(throws: ImagingError.tooComplex) { try await scratch.render(photo, limits: limits) }
        #expect(try scratch.outputNames() == [])
    }

    @Test(arguments: [
        (ImagingError.notAPhoto, "HEIC or AVIF"),
        (
            .tooManyPixels(width: 9000, height: 8000, limit: 64_000_000),
            "9000 × 8000 pixels. The limit is 64 megapixels."
        ),
        (.sideTooLong(side: 20_000, limit: 16_384), "is 20000 pixels long. The limit is 16384 pixels."),
        (.tooLarge(bytes: 25_000_001, limit: 25_000_000), "is 25.1 MB. The limit is 25 MB."),
        (.damaged("no end"), "cannot be read (no end). Open it"), (.damaged(""), "cannot be read. Open it"),
        (.incomplete, "Copy it again"), (.unsupported, "save it as a JPEG"),
        (.tooComplex, "ordinary JPEG"), (.busy, "try again"),
    ])
    func `an error message says what is wrong and what to do`(error: ImagingError, part: String) {
        #expect(error.message.contains(part), "\(error.message)")
    }
}

/// Thrown when a test gets another error than it expects.
struct Unexpected: Error {
    let error: (any Error)?
    init(_ error: (any Error)?) { self.error = error }
}
