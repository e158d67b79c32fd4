import Foundation
import Testing

@testable import Imaging

/// A temporary folder for one test, removed when the test ends.
struct ScratchFolder: ~Copyable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "imaging-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path + "/out", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The folder for renditions.
    var output: String { path + "/out" }

    /// The names of the files in the output folder, including hidden files.
    func outputNames() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: output).sorted()
    }

    func bytes(_ path: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(filePath: path))) }

    /// Empties the output folder.
    func clear() throws {
        for name in try outputNames() { try FileManager.default.removeItem(atPath: "\(output)/\(name)") }
    }

    /// Creates a file with these bytes and returns its path.
    func file(_ bytes: some Sequence<UInt8>, named name: String = "upload") throws -> String {
        let path = "\(path)/\(name)"
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    /// Creates a JPEG of this size in one colour and returns its path.
    func plainPhoto(width: Int, height: Int, named name: String = "plain.jpg") throws -> String {
        let path = "\(path)/\(name)"
        let cat = try Picture.open(Fixture.path("grey.jpg"))
        try cat.resized(width: width, height: height).save(
            "jpegsave_target", to: PhotoFile(creating: path), "Q=30")
        return path
    }

    func render(
        _ file: String, limits: PhotoLimits = PhotoLimits()
    ) async throws -> RenderedPhoto {
        try await PhotoProcessor.forTests(limits: limits).process(file, into: output)
    }

    func picture(_ rendition: RenderedPhoto.Rendition) throws -> Picture {
        try Picture("\(output)/\(rendition.fileName)")
    }
}

extension PhotoProcessor {
    /// A processor that renders few photos at once, because each takes a core.
    static func forTests(
        limits: PhotoLimits = PhotoLimits(), concurrent: Int = 2
    ) -> PhotoProcessor {
        let worker = Self.worker
        return PhotoProcessor(
            executable: worker.executable, arguments: worker.arguments, limits: limits,
            concurrent: concurrent,
            environment: Self.coverage)
    }

    /// The program that renders a photo: the server itself, which is built into the same folder as the tests.
    static var worker: (executable: String, arguments: [String]) {
        let products = Bundle.module.bundleURL.deletingLastPathComponent()
        return (products.appending(path: "isntgram").path, ["render-photo"])
    }

    /// Makes an instrumented child write its line coverage to the folder where the test run collects it.
    private static var coverage: [String: String] {
        let name = "LLVM_PROFILE_FILE"
        return ProcessInfo.processInfo.environment[name].map { path in
            let folder = URL(filePath: path).deletingLastPathComponent().path
            return [name: "\(folder)/render-worker-%m.profraw"]
        } ?? [:]
    }
}

enum Fixture {
    static func path(_ name: String) -> String {
        Bundle.module.bundleURL.appending(path: "Fixtures/\(name)").path
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(filePath: path(name))))
    }
}

/// A decoded JPEG that was rendered by a test.
struct Picture {
    /// Loads libvips in the test process, which reads and writes trusted JPEGs only.
    private static let loadedLibvips: Result<Void, RenderFailure> = Result { () throws(RenderFailure) in
        try PhotoRenderer.prepare(for: .jpeg)
    }

    let width: Int
    let height: Int
    private let bands: Int
    private let bytes: [UInt8]

    init(_ path: String) throws {
        let image = try Self.open(path)
        (width, height, bands) = (image.width, image.height, image.bands)
        bytes = try image.pixels()
    }

    static func open(_ path: String) throws -> VipsImage {
        try loadedLibvips.get()
        return try VipsImage.load(PhotoFile(reading: path), "jpegload_source").inMemory()
    }

    /// The mean colour of a square around a pixel, for comparisons that do not depend on edges.
    func meanColour(atX x: Int, y: Int, radius: Int = 4) -> [Double] {
        var sums = [0.0, 0, 0]
        for row in y - radius..<y + radius {
            for column in x - radius..<x + radius {
                for channel in 0..<3 { sums[channel] += Double(bytes[(row * width + column) * 3 + channel]) }
            }
        }
        return sums.map { $0 / Double(4 * radius * radius) }
    }

    /// The mean absolute difference of all values, from 0 to 255.
    func difference(to other: Picture) -> Double {
        guard bytes.count == other.bytes.count else { return 255 }
        let sum = zip(bytes, other.bytes).reduce(0) { $0 + Swift.abs(Int($1.0) - Int($1.1)) }
        return Double(sum) / Double(bytes.count)
    }

    /// Whether the pixel has this colour, within the tolerance for JPEG compression.
    func isColour(_ colour: [Int], atX x: Int, y: Int, within tolerance: Int = 12) -> Bool {
        let first = (y * width + x) * bands
        return bands == 3
            && zip(colour, bytes[first..<first + 3]).allSatisfy { Swift.abs($0 - Int($1)) <= tolerance }
    }
}
