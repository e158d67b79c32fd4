import Foundation

/// A cropped and recoloured copy of a photograph. The demo community makes many posts from a few photographs
/// this way.
package struct PhotoVariant: Codable, Sendable {
    /// The path of the source JPEG.
    package let input: String
    /// The path of the JPEG to create.
    package let output: String
    /// The crop rectangle, in fractions of the width and height.
    package let left: Double
    package let top: Double
    package let width: Double
    package let height: Double
    package let isMirrored: Bool
    /// Factors for red, green and blue.
    package let gains: [Double]

    package init(
        input: String, output: String, left: Double, top: Double, width: Double, height: Double,
        isMirrored: Bool,
        gains: [Double]
    ) {
        self.input = input
        self.output = output
        self.left = left
        self.top = top
        self.width = width
        self.height = height
        self.isMirrored = isMirrored
        self.gains = gains
    }

    /// Makes all variants listed in a JSON file. Run this in a separate process, because it loads libvips.
    package static func makeAll(listedIn path: String) throws {
        let variants = try JSONDecoder().decode(
            [PhotoVariant].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        try PhotoRenderer.prepare(for: .jpeg)
        for variant in variants { try variant.make() }
    }

    private func make() throws {
        let whole = try VipsImage.load(PhotoFile(reading: input), PhotoFormat.jpeg.loader).inMemory()
        let size = (max(1, Int(Double(whole.width) * width)), max(1, Int(Double(whole.height) * height)))
        let corner = (Int(Double(whole.width) * left), Int(Double(whole.height) * top))
        var image = try whole.applying(
            "extract_area", "left=\(corner.0),top=\(corner.1),width=\(size.0),height=\(size.1)")
        if isMirrored { image = try image.applying("flip", "direction=horizontal") }
        let factors = gains.map { String($0) }.joined(separator: " ")
        image = try image.applying("linear", "a=\(factors),b=0 0 0,uchar=true")
        // Small crops are enlarged to 1080 pixels, which is sharp enough for a demo.
        let scale = max(1, 1080 / Double(image.width))
        image = try image.applying("resize", "scale=\(scale)")
        try image.save("jpegsave_target", to: PhotoFile(creating: output), "Q=85")
    }
}
