import Foundation
import Testing

@testable import Imaging

/// A folder of its own for one test, and the processor that works in it.
struct Workshop: ~Copyable {
    let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "imaging-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder + "/out", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var output: String { folder + "/out" }

    /// What is in the output folder, hidden files too.
    func written() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: output).sorted() }

    func bytes(_ path: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(filePath: path))) }

    /// Empties the output folder.
    func clear() throws {
        for name in try written() { try FileManager.default.removeItem(atPath: "\(output)/\(name)") }
    }

    /// A file with these bytes.
    func file(_ bytes: some Sequence<UInt8>, named name: String = "upload") throws -> String {
        let path = "\(folder)/\(name)"
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    /// A JPEG of one colour of these sides.
    func plainPhoto(width: Int, height: Int, named name: String = "plain.jpg") throws -> String {
        let path = "\(folder)/\(name)"
        let cat = try Picture.open(Fixture.path("grey.jpg"))
        try cat.resized(width: width, height: height).save(
            "jpegsave_target", to: PhotoFile(making: path), "Q=30")
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
    /// Few at a time over all tests: each takes a core.
    static func forTests(
        limits: PhotoLimits = PhotoLimits(), concurrent: Int = 2
    ) -> PhotoProcessor {
        let worker = Self.worker
        return PhotoProcessor(
            executable: worker.executable, arguments: worker.arguments, limits: limits,
            concurrent: concurrent,
            environment: Self.coverage)
    }

    /// The program that the tests start for a photo: the server itself, which lies beside the tests.
    static var worker: (executable: String, arguments: [String]) {
        let products = Bundle.module.bundleURL.deletingLastPathComponent()
        return (products.appending(path: "isntgram").path, ["render-photo"])
    }

    /// Lets a child that is instrumented for line coverage add its own, where the test run collects it.
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

/// A JPEG of ours, decoded.
struct Picture {
    /// The tests' own process reads and writes trusted JPEGs only.
    private static let opened: Result<Void, RenderFailure> = Result { () throws(RenderFailure) in
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
        try opened.get()
        return try VipsImage.load(PhotoFile(reading: path), "jpegload_source").inMemory()
    }

    /// Whether the pixel is of a colour, but for what JPEG takes from it.
    func isColour(_ colour: [Int], atX x: Int, y: Int, within tolerance: Int = 12) -> Bool {
        let first = (y * width + x) * bands
        return bands == 3
            && zip(colour, bytes[first..<first + 3]).allSatisfy { Swift.abs($0 - Int($1)) <= tolerance }
    }
}
