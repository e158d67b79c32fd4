import Foundation
import Imaging
import TestSupport
import Testing

struct PhotoTests {
    private func render(_ file: String, limits: PhotoLimits = .init()) async throws -> (RenderedPhoto, [String: [UInt8]]) {
        try await Fixtures.withFolder { folder in
            let photo = try PhotoRenderer(limits: limits).render(file, into: folder)
            let names = photo.renditions.map(\.fileName) + [photo.thumbnail.fileName]
            let files = try names.map { ($0, Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)")))) }
            return (photo, Dictionary(uniqueKeysWithValues: files))
        }
    }

    private func write(_ bytes: [UInt8], _ name: String = "upload", _ body: (String) async throws -> Void) async throws {
        try await Fixtures.withFolder { folder in
            try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            try await body("\(folder)/\(name)")
        }
    }

    @Test(arguments: ["cat.jpg", "coffee.jpg", "coffee.heic", "coffee.avif"])
    func `a photo gets renditions below its width and a square thumbnail`(_ name: String) async throws {
        let (photo, files) = try await render(Fixtures.photo(name))
        #expect(photo.renditions.map(\.width) == [photo.width, 320])
        #expect(photo.renditions[0].height == photo.height)
        #expect(photo.thumbnail.width == 320 && photo.thumbnail.height == 320)
        #expect(photo.blurhash.utf8.count == 28)
        for (name, bytes) in files {
            #expect(bytes.prefix(3) == [0xFF, 0xD8, 0xFF], "\(name) is a JPEG")
        }
    }

    @Test func `nothing of a file's metadata is left`() async throws {
        // An EXIF block that says: lies on its side (6), made by “SecretCam”.
        let tiff: [UInt8] =
            Array("MM\0*".utf8) + [0, 0, 0, 8, 0, 2]
            + [0x01, 0x0F, 0, 2, 0, 0, 0, 10, 0, 0, 0, 38] + [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]
            + [0, 0, 0, 0] + Array("SecretCam\0".utf8)
        let exif = Array("Exif\0\0".utf8) + tiff
        let segment: [UInt8] = [0xFF, 0xE1, UInt8((exif.count + 2) >> 8), UInt8((exif.count + 2) & 255)] + exif
        let comment: [UInt8] = [0xFF, 0xFE, 0, 12] + Array("SecretNote".utf8)
        let photo = try Fixtures.bytes("coffee.jpg")
        try await write(Array(photo.prefix(2)) + segment + comment + photo.dropFirst(2)) { path in
            let (rendered, files) = try await render(path)
            #expect(rendered.width == 400 && rendered.height == 600)
            #expect(rendered.renditions.map(\.width) == [400, 320])
            for (name, bytes) in files {
                let text = String(decoding: bytes, as: Unicode.ASCII.self)
                for trace in ["Exif", "Secret", "ICC_PROFILE", "http://ns.adobe.com", "Photoshop"] {
                    #expect(!text.contains(trace), "\(trace) in \(name)")
                }
            }
        }
    }

    @Test func `what is no photo is refused, whatever it is called`() async throws {
        for bytes in [
            Array("just text".utf8), [], Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8), Array("%PDF-1.4".utf8),
        ] {
            try await write(bytes, "photo.jpg") { path in
                await #expect(throws: ImagingError.notAPhoto) { try await render(path) }
            }
        }
    }

    @Test func `a photo cut short is refused`() async throws {
        for name in ["cat.jpg", "coffee.heic", "coffee.avif"] {
            let bytes = try Fixtures.bytes(name)
            try await write(Array(bytes.prefix(bytes.count * 2 / 3))) { path in
                let error = await #expect(throws: ImagingError.self) { try await render(path) }
                #expect(error == .damaged || error == .notAPhoto)
            }
        }
    }

    /// A PNG whose header promises a size that its few bytes never hold.
    private func promisedPNG(width: UInt32, height: UInt32) -> [UInt8] {
        func big(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
        func crc(_ bytes: [UInt8]) -> UInt32 {
            ~bytes.reduce(~0 as UInt32) { sum, byte in
                (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
            }
        }
        let header = Array("IHDR".utf8) + big(width) + big(height) + [8, 2, 0, 0, 0]
        let data = Array("IDAT".utf8) + [0x78, 0x9C, 0x03, 0, 0, 0, 0, 1]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + big(13) + header + big(crc(header)) + big(8) + data
            + big(crc(data))
    }

    @Test func `a small file that is a huge picture is refused by its header`() async throws {
        try await write(promisedPNG(width: 30_000, height: 30_000)) { path in
            await #expect(throws: ImagingError.tooManyPixels(width: 30_000, height: 30_000, limit: 64_000_000)) {
                try await render(path)
            }
        }
        try await write(promisedPNG(width: 20_000, height: 10)) { path in
            await #expect(throws: ImagingError.sideTooLong(width: 20_000, height: 10, limit: 16_384)) {
                try await render(path)
            }
        }
    }

    @Test func `bytes changed at random make an error at worst`() async throws {
        var random = SeededRandom(seed: 11)
        let whole = try Fixtures.bytes("cat.jpg")
        for _ in 0..<40 {
            var bytes = whole
            for _ in 0..<8 { bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random) }
            try await write(bytes) { path in
                do { _ = try await render(path) } catch { #expect(error is ImagingError) }
            }
        }
    }

    @Test func `every refusal says what to do`() {
        let errors: [ImagingError] = [
            .notAPhoto, .tooManyBytes(limit: 25_000_000), .tooManyPixels(width: 9, height: 9, limit: 64_000_000),
            .sideTooLong(width: 1, height: 2, limit: 16_384), .damaged, .tooComplex, .busy,
        ]
        for error in errors { #expect(error.message.hasSuffix(".")) }
        #expect(Set(errors.map(\.message)).count == errors.count)
    }

    // MARK: - In a process of its own

    @Test func `a child process renders the same`() async throws {
        try await Fixtures.withFolder { folder in
            let (here, _) = try await render(Fixtures.photo("cat.jpg"))
            let there = try await PhotoProcessor(program: Fixtures.program).process(Fixtures.photo("cat.jpg"), into: folder)
            #expect(here == there)
            #expect(Fixtures.files(below: folder).count == 3)
        }
    }

    @Test func `a refusal crosses the process, and a broken process is one`() async throws {
        try await Fixtures.withFolder { folder in
            let processor = PhotoProcessor(program: Fixtures.program)
            await #expect(throws: ImagingError.notAPhoto) {
                try await processor.process(Fixtures.photo("README.md"), into: folder)
            }
            await #expect(throws: ImagingError.tooComplex) {
                try await PhotoProcessor(program: "/bin/false").process(Fixtures.photo("cat.jpg"), into: folder)
            }
            var limits = PhotoLimits()
            limits.bytes = 1000
            await #expect(throws: ImagingError.tooManyBytes(limit: 1000)) {
                try await PhotoProcessor(program: Fixtures.program, limits: limits).process(
                    Fixtures.photo("cat.jpg"), into: folder)
            }
            limits = PhotoLimits()
            limits.memory = 2 << 20
            await #expect(throws: ImagingError.tooComplex) {
                try await PhotoProcessor(program: Fixtures.program, limits: limits).process(
                    Fixtures.photo("cat.jpg"), into: folder)
            }
        }
    }

    @Test func `a process that does not end is ended`() async throws {
        try await Fixtures.withFolder { folder in
            let script = folder + "/stuck"
            try Data("#!/bin/sh\nexec sleep 600\n".utf8).write(to: URL(fileURLWithPath: script))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
            var limits = PhotoLimits()
            limits.seconds = 1
            await #expect(throws: ImagingError.tooComplex) {
                try await PhotoProcessor(program: script, limits: limits).process(Fixtures.photo("cat.jpg"), into: folder)
            }
        }
    }

    @Test func `few wait, and who gives up leaves`() async throws {
        try await Fixtures.withFolder { folder in
            let script = folder + "/slow"
            try Data("#!/bin/sh\nexec sleep 600\n".utf8).write(to: URL(fileURLWithPath: script))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
            let processor = PhotoProcessor(program: script, atOnce: 1, waiting: 1)
            let works = (0..<6).map { _ in Task { try await processor.process(Fixtures.photo("cat.jpg"), into: folder) } }
            // Of six, one works and one waits; the four others end by themselves.
            let busy = await withTaskGroup(of: Bool.self) { group in
                for work in works {
                    group.addTask {
                        do { _ = try await work.value } catch { return error as? ImagingError == .busy }
                        return false
                    }
                }
                var busy = 0
                for await isBusy in group {
                    busy += isBusy ? 1 : 0
                    if busy == 4 { works.forEach { $0.cancel() } }
                }
                return busy
            }
            #expect(busy == 4)
        }
    }
}
