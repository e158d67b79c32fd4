import Encodings
import Foundation

/// Computes a blurhash: a blurred preview of a picture in about thirty characters.
///
/// A blurhash describes the picture as a sum of cosine components. The colours of the components are
/// quantised and written in base 83. The format is described at
/// https://github.com/woltapp/blurhash/blob/master/Algorithm.md.
struct Blurhash {
    private typealias Colour = SIMD3<Float>

    /// The pixels as red, green and blue bytes, row by row.
    let pixels: [UInt8]
    let width: Int
    let height: Int

    /// The length of the hashes of photos, which have 4 × 3 components: two characters for the header, four
    /// for the average colour, and two for each of the other eleven components.
    static let length = 28

    /// Whether the text consists of base 83 characters only.
    static func hasValidCharacters(_ text: String) -> Bool {
        Base83.isValid(text.utf8)
    }

    /// Returns the hash with the given numbers of components, 1 to 9 each.
    func encoded(xComponents: Int, yComponents: Int) -> String {
        var factors = self.factors(xComponents: xComponents, yComponents: yComponents)
        let average = factors.removeFirst()
        let maximum = factors.map { max($0.max(), -$0.min()) }.max() ?? 0
        // The maximum is quantised to 83 steps. All factors are scaled by the quantised maximum.
        let quantisedMaximum = max(0, min(82, Int((maximum * 166 - 0.5).rounded(.down))))
        let scale = Float(quantisedMaximum + 1) / 166

        var text = Base83.encode((xComponents - 1) + (yComponents - 1) * 9, length: 1)
        text += Base83.encode(factors.isEmpty ? 0 : quantisedMaximum, length: 1)
        text += Base83.encode(Self.sRGB(average), length: 4)
        for factor in factors { text += Base83.encode(Self.quantised(factor, scale: scale), length: 2) }
        return text
    }

    /// The factor of each component, in linear light. The first one is the average colour.
    private func factors(xComponents: Int, yComponents: Int) -> [Colour] {
        let columns = Self.cosines(xComponents, over: width)
        let rows = Self.cosines(yComponents, over: height)
        var factors = [Colour](repeating: .zero, count: xComponents * yComponents)
        for y in 0..<height {
            // Summing each row before applying the vertical cosines saves most multiplications.
            var row = [Colour](repeating: .zero, count: xComponents)
            for x in 0..<width {
                let first = (y * width + x) * 3
                let colour = Colour(
                    Self.linear[Int(pixels[first])], Self.linear[Int(pixels[first + 1])],
                    Self.linear[Int(pixels[first + 2])])
                for i in 0..<xComponents { row[i] += colour * columns[i * width + x] }
            }
            for j in 0..<yComponents {
                for i in 0..<xComponents { factors[j * xComponents + i] += row[i] * rows[j * height + y] }
            }
        }
        let area = Float(width * height)
        return factors.enumerated().map { index, factor in factor * ((index == 0 ? 1 : 2) / area) }
    }

    private static func cosines(_ count: Int, over length: Int) -> [Float] {
        (0..<count * length).map { cosf(.pi * Float($0 / length) * Float($0 % length) / Float(length)) }
    }

    /// The linear light of each sRGB byte (IEC 61966-2-1).
    private static let linear: [Float] = (0..<256).map { byte in
        let value = Float(byte) / 255
        return value <= 0.04045 ? value / 12.92 : powf((value + 0.055) / 1.055, 2.4)
    }

    /// Converts a colour in linear light to 24 bits of sRGB.
    private static func sRGB(_ colour: Colour) -> Int {
        (0..<3).reduce(0) { bits, channel in
            let value = max(0, min(1, colour[channel]))
            let encoded = value <= 0.0031308 ? value * 12.92 : 1.055 * powf(value, 1 / 2.4) - 0.055
            return bits << 8 | Int(encoded * 255 + 0.5)
        }
    }

    /// Quantises a signed factor to 19 steps per channel, which are finer near zero.
    private static func quantised(_ factor: Colour, scale: Float) -> Int {
        (0..<3).reduce(0) { steps, channel in
            let value = factor[channel] / scale
            let root = value.magnitude.squareRoot() * (value < 0 ? -1 : 1)
            return steps * 19 + max(0, min(18, Int((root * 9 + 9.5).rounded(.down))))
        }
    }
}
