import Testing

@testable import Imaging

/// All these files show the same eighteen patches and a grey ramp, described in different ways.
struct ColourDescriptionTests {
    private static let patches = [
        [230, 40, 40], [40, 200, 60], [40, 70, 220], [240, 220, 50], [200, 60, 200], [50, 200, 210],
        [250, 250, 250], [128, 128, 128], [20, 20, 20], [240, 150, 60], [120, 70, 40], [255, 200, 170],
        [90, 140, 60], [130, 180, 240], [60, 30, 90], [180, 20, 60], [10, 90, 80], [200, 190, 150],
    ]

    /// Expects the patches, and the ramp below them.
    private func expectPatches(
        in name: String, within tolerance: Double, isGrey: Bool = false
    ) async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(Fixture.path("Colour/\(name)"))
        let picture = try scratch.picture(photo.renditions[0])
        #expect(picture.width == 120 && picture.height == 80)
        for (index, patch) in Self.patches.enumerated() {
            let mean = picture.meanColour(atX: index % 6 * 20 + 10, y: index / 6 * 20 + 10)
            let expected = isGrey ? [patch[1], patch[1], patch[1]] : patch
            for channel in 0..<3 {
                #expect(
                    abs(mean[channel] - Double(expected[channel])) <= tolerance,
                    "\(name), patch \(index): \(mean) instead of \(expected)")
            }
        }
        for x in [20, 60, 100] {
            let expected = Double(x) * 255 / 119
            #expect(picture.meanColour(atX: x, y: 70).allSatisfy { abs($0 - expected) <= tolerance + 2 })
        }
    }

    @Test(arguments: [
        "pq.heic", "pq-vui.heic", "pq.avif", "pq.png", "pq-cicp-profile.png", "pq-curve-profile.png",
        "hlg.avif", "hlg.png", "hlg-curve-profile.png",
    ])
    func `an HDR photo looks like the SDR photo that it was made from`(name: String) async throws {
        try await expectPatches(in: name, within: 6)
    }

    @Test(arguments: ["p3-nclx.heic", "p3-nclx.avif", "p3-cicp.png"])
    func `a wide gamut without an ICC profile is converted to sRGB`(name: String) async throws {
        try await expectPatches(in: name, within: 6)
    }

    @Test(arguments: ["p3-profile.heic", "p3-profile.avif"])
    func `the ICC profile of a HEIF photo is applied after its file was decoded`(name: String) async throws {
        try await expectPatches(in: name, within: 6)
    }

    @Test(arguments: ["gamma-1.png", "gamma-srgb.png"])
    func `the gamma of a PNG is applied, unless it is declared to be sRGB`(name: String) async throws {
        try await expectPatches(in: name, within: 6)
    }

    @Test func `the gamma of a grey PNG with 16 bits is applied`() async throws {
        try await expectPatches(in: "gamma-grey.png", within: 6, isGrey: true)
    }

    @Test(arguments: ["gamma-chrm.png", "gamma-prophoto.png", "gamma-d50.png"])
    func `the primaries, the white and the exact gamma of a PNG are applied`(name: String) async throws {
        try await expectPatches(in: name, within: 6)
    }

    @Test(arguments: [
        "bt709-cicp.png", "p3-bt709-cicp.png", "rec2020-cicp.png", "early-hdtv-cicp.png", "cinema-cicp.png",
    ])
    func `the curve of television and cinema in a PNG is that of a display`(name: String) async throws {
        try await expectPatches(in: name, within: 6)
    }

    @Test func `the limited range of a PNG is expanded`() async throws {
        // The file has 219 steps for a gamut that is larger, so the nearest step is farther away.
        try await expectPatches(in: "rec2020-limited-cicp.png", within: 8)
    }

    @Test func `a description of a PNG with unknown primaries is ignored`() {
        func isConverted(primaries: UInt8, transfer: UInt8) -> Bool {
            let chunk = [0, 0, 0, 4] + Array("cICP".utf8) + [primaries, transfer, 0, 1]
            let file = [UInt8](repeating: 0, count: 8) + chunk
            return PNGHeader { Array(file.dropFirst($0).prefix($1)) }.conversion != nil
        }
        #expect(isConverted(primaries: 1, transfer: 1))
        #expect(!isConverted(primaries: 3, transfer: 1))
        #expect(isConverted(primaries: 2, transfer: 16))
    }

    @Test func `the curve of television in a HEIF file is sRGB`() {
        #expect(CodingColour(primaries: 1, transfer: 1, isFullRange: true).transferFunction == .sRGB)
        #expect(CodingColour(primaries: 9, transfer: 14, isFullRange: true).transferFunction == .sRGB)
    }

    @Test func `a profile with a high gamma is not taken for HDR`() async throws {
        try await expectPatches(in: "gamma-profile.png", within: 6)
    }

    @Test(arguments: ["grey-profile.jpg", "grey-profile.webp", "cmyk-profile.png"])
    func `a profile that does not fit the pixels is ignored`(name: String) async throws {
        try await expectPatches(in: name, within: 6)
    }

    @Test func `a profile for colours is ignored in a grey photo`() async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(Fixture.path("Colour/rgb-profile-on-grey.jpg"))
        let picture = try scratch.picture(photo.renditions[0])
        #expect(picture.meanColour(atX: 30, y: 30).allSatisfy { abs($0 - 128) <= 2 })
    }

    @Test(arguments: ["limited.heic", "limited.avif"])
    func `the limited range of a video is expanded`(name: String) async throws {
        try await expectPatches(in: name, within: 6)
    }

    @Test(arguments: ["limited-grey.heic", "limited-grey-vui.heic", "limited-grey.avif"])
    func `the limited range of a photo without colour is expanded`(name: String) async throws {
        try await expectPatches(in: name, within: 3, isGrey: true)
    }

    @Test func `highlights are compressed, and the rest stays as it is`() {
        let curve = ToneCurve(peak: 1000 / 203)
        #expect(abs(curve.light(of: 0.2) - 0.2) < 0.001)
        #expect(abs(curve.light(of: 1000 / 203) - 1) < 0.001)
        let lights = (0...100).map { curve.light(of: Double($0) / 100 * 1000 / 203) }
        #expect(zip(lights, lights.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(ToneCurve(peak: 0.8).light(of: 0.7) == 0.7)
    }

    @Test func `white is white beneath transparent HDR`() {
        #expect(abs(TransferFunction.perceptualQuantizer.white - 0.5807) < 0.001)
        let limited = ColourConversion(transfer: .sRGB, toSRGB: .identity, isLimitedRange: true)
        #expect(abs(limited.white - 235.0 / 255) < 0.0001)
    }
}
