import Foundation

/// A part of a photograph in other colours: what the demo community makes many posts of a few photographs with.
package struct PhotoVariant: Codable, Sendable {
    /// Path of a JPEG.
    package let input: String
    /// Path of the JPEG to make.
    package let output: String
    /// The part that is kept, in fractions of the sides.
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

    /// Makes every variant of a list in JSON; for a process of its own, as libvips is opened.
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
        // Small photographs are shown large: enlarged once here, and sharp enough for a demo.
        let scale = max(1, 1080 / Double(image.width))
        image = try image.applying("resize", "scale=\(scale)")
        try image.save("jpegsave_target", to: PhotoFile(making: output), "Q=85")
    }
}
