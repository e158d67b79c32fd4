import Foundation

/// Converts the pixels of a picture from another colour space to sRGB, with 8 bits per channel.
///
/// It is used for colour spaces without a usable ICC profile. It runs on the picture that is already reduced.
struct ColourConversion {
    let transfer: TransferFunction
    /// From linear values to linear sRGB.
    let toSRGB: Matrix
    /// Whether the numbers reach only from 16 to 235 (in 8 bits).
    let isLimitedRange: Bool

    /// The fraction of pixels that may be brighter than the measured peak, so that a few bright pixels of
    /// noise do not darken the picture.
    private static let outliers = 0.001
    private static let curveSize = 4096

    /// The number of white, in parts of the greatest number.
    var white: Double { isLimitedRange ? (16 + 219 * transfer.white) / 255 : transfer.white }

    /// Converts pixels of three channels.
    func convert<Number: FixedWidthInteger>(_ pixels: UnsafeBufferPointer<Number>, to output: inout [UInt8]) {
        let lights = lightTable(for: Number.self)
        let luminance = transfer == .hybridLogGamma ? luminanceWeights : nil
        let curve = transfer.isHDR ? toneTable(for: pixels, lights, luminance) : []
        let sRGB = (0...Self.curveSize).map { index in
            // The index is the square root of the light, because dark tones need more steps.
            let root = Double(index) / Double(Self.curveSize)
            return UInt8((TransferFunction.sRGB(of: root * root) * 255).rounded())
        }
        let matrix = toSRGB.columns.flatMap { $0.map(Float.init) }
        let steps = Float(Self.curveSize)
        lights.withUnsafeBufferPointer { lights in
            matrix.withUnsafeBufferPointer { m in
                for index in stride(from: 0, to: pixels.count - 2, by: 3) {
                    var (r, g, b) = (
                        lights[Int(pixels[index])], lights[Int(pixels[index + 1])],
                        lights[Int(pixels[index + 2])]
                    )
                    if !curve.isEmpty {
                        let factor = Self.factor(r, g, b, luminance) * Self.gain(r, g, b, luminance, curve)
                        (r, g, b) = (r * factor, g * factor, b * factor)
                    }
                    for channel in 0..<3 {
                        let light = m[channel] * r + m[channel + 3] * g + m[channel + 6] * b
                        let root = max(0, min(1, light)).squareRoot()
                        output[index + channel] = sRGB[Int(root * steps + 0.5)]
                    }
                }
            }
        }
    }

    /// The light of every number.
    private func lightTable<Number: FixedWidthInteger>(for type: Number.Type) -> [Float] {
        let greatest = Double(Number.max)
        return (0...Int(Number.max)).map { number in
            var value = Double(number) / greatest
            if isLimitedRange { value = min(1, max(0, (value * 255 - 16) / 219)) }
            return Float(transfer.light(of: value))
        }
    }

    // MARK: HDR

    /// The part of each channel in the luminance, for HLG: the second row of the conversion to XYZ.
    private var luminanceWeights: [Float] {
        (Chromaticities.rec2020.toXYZ ?? .identity).columns.map { Float($0[1]) }
    }

    /// The factor that makes the light of a display from the light of a scene (ITU-R BT.2100, table 5).
    private static func factor(_ r: Float, _ g: Float, _ b: Float, _ luminance: [Float]?) -> Float {
        guard let luminance else { return 1 }
        let scene = max(0, r * luminance[0] + g * luminance[1] + b * luminance[2])
        // The fifth root: the exponent of the display is 1.2.
        return Float(TransferFunction.hybridLogGammaPeak / TransferFunction.whiteLuminance) * root5(scene)
    }

    private static func root5(_ value: Float) -> Float {
        value > 0 ? exp2(log2(value) / 5) : 0
    }

    /// The brightest channel of a pixel on the display, from which its gain follows. All channels have the
    /// same gain, so that the hue stays.
    private static func brightest(_ r: Float, _ g: Float, _ b: Float, _ luminance: [Float]?) -> Float {
        max(r, g, b) * factor(r, g, b, luminance)
    }

    private static func position(_ light: Float) -> Int {
        let greatest = Float(ToneCurve.maxLight)
        return Int((min(light, greatest) / greatest).squareRoot() * Float(curveSize) + 0.5)
    }

    private static func gain(
        _ r: Float, _ g: Float, _ b: Float, _ luminance: [Float]?, _ curve: [Float]
    ) -> Float {
        curve[position(brightest(r, g, b, luminance))]
    }

    /// The gain of every light, for the brightest light of these pixels.
    private func toneTable<Number: FixedWidthInteger>(
        for pixels: UnsafeBufferPointer<Number>, _ lights: [Float], _ luminance: [Float]?
    ) -> [Float] {
        var counts = [Int](repeating: 0, count: Self.curveSize + 1)
        for index in stride(from: 0, to: pixels.count - 2, by: 3) {
            let light = Self.brightest(
                lights[Int(pixels[index])], lights[Int(pixels[index + 1])], lights[Int(pixels[index + 2])],
                luminance)
            counts[Self.position(light)] += 1
        }
        var brighter = 0
        let allowed = Int(Double(pixels.count / 3) * Self.outliers)
        let peakIndex = counts.indices.last { index in
            brighter += counts[index]
            return brighter > allowed
        }
        func light(at index: Int) -> Double {
            let root = Double(index) / Double(Self.curveSize)
            return root * root * ToneCurve.maxLight
        }
        let curve = ToneCurve(peak: light(at: peakIndex ?? 0))
        return (0...Self.curveSize).map { index in
            let light = light(at: index)
            return light > 0 ? Float(curve.light(of: light) / light) : 1
        }
    }
}
