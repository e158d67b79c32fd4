import Foundation

/// A blurred preview in some thirty characters.
///
/// The picture is seen as a sum of cosines; their colours are rounded and written in base 83. The format is described
/// at https://github.com/woltapp/blurhash/blob/master/Algorithm.md.
struct Blurhash {
    private typealias Colour = SIMD3<Float>

    /// Red, green and blue bytes, row by row.
    let pixels: [UInt8]
    let width: Int
    let height: Int

    /// Characters of the hashes that photos get, of 4 × 3 cosines: two of the head, four of the average
    /// colour, and two of each of the other eleven.
    static let length = 28

    /// Whether a text has only characters that a hash is written in.
    static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy(Base83.characters.contains) }

    /// The hash with so many cosines across and down, 1 to 9 each.
    func text(across: Int, down: Int) -> String {
        var factors = self.factors(across: across, down: down)
        let average = factors.removeFirst()
        let greatest = factors.map { max($0.max(), -$0.min()) }.max() ?? 0
        // The greatest factor is written in 83 steps, all others in proportion to what was written.
        let step = max(0, min(82, Int((greatest * 166 - 0.5).rounded(.down))))
        let scale = Float(step + 1) / 166

        var text = Base83.text((across - 1) + (down - 1) * 9, length: 1)
        text += Base83.text(factors.isEmpty ? 0 : step, length: 1)
        text += Base83.text(Self.bytes(average), length: 4)
        for factor in factors { text += Base83.text(Self.steps(factor, scale: scale), length: 2) }
        return text
    }

    /// How much of each cosine there is in the picture, in linear light; the first is the average colour.
    private func factors(across: Int, down: Int) -> [Colour] {
        let columns = Self.cosines(across, over: width)
        let rows = Self.cosines(down, over: height)
        var factors = [Colour](repeating: .zero, count: across * down)
        for y in 0..<height {
            // First along the row, then the row as a whole: that saves most multiplications.
            var row = [Colour](repeating: .zero, count: across)
            for x in 0..<width {
                let first = (y * width + x) * 3
                let colour = Colour(
                    Self.linear[Int(pixels[first])], Self.linear[Int(pixels[first + 1])],
                    Self.linear[Int(pixels[first + 2])])
                for i in 0..<across { row[i] += colour * columns[i * width + x] }
            }
            for j in 0..<down {
                for i in 0..<across { factors[j * across + i] += row[i] * rows[j * height + y] }
            }
        }
        let area = Float(width * height)
        return factors.enumerated().map { index, factor in factor * ((index == 0 ? 1 : 2) / area) }
    }

    private static func cosines(_ count: Int, over length: Int) -> [Float] {
        (0..<count * length).map { cosf(.pi * Float($0 / length) * Float($0 % length) / Float(length)) }
    }

    /// sRGB bytes as linear light, IEC 61966-2-1.
    private static let linear: [Float] = (0..<256).map { byte in
        let value = Float(byte) / 255
        return value <= 0.04045 ? value / 12.92 : powf((value + 0.055) / 1.055, 2.4)
    }

    /// A colour in linear light as 24 bits of sRGB.
    private static func bytes(_ colour: Colour) -> Int {
        (0..<3).reduce(0) { bits, channel in
            let value = max(0, min(1, colour[channel]))
            let encoded = value <= 0.0031308 ? value * 12.92 : 1.055 * powf(value, 1 / 2.4) - 0.055
            return bits << 8 | Int(encoded * 255 + 0.5)
        }
    }

    /// A factor of either sign in 19 steps a channel, finer near zero.
    private static func steps(_ factor: Colour, scale: Float) -> Int {
        (0..<3).reduce(0) { steps, channel in
            let value = factor[channel] / scale
            let root = value.magnitude.squareRoot() * (value < 0 ? -1 : 1)
            return steps * 19 + max(0, min(18, Int((root * 9 + 9.5).rounded(.down))))
        }
    }
}

/// Numbers in the 83 characters that need no escaping in HTML, JSON or URLs' fragments.
private enum Base83 {
    fileprivate static let characters = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~".utf8)

    static func text(_ value: Int, length: Int) -> String {
        var value = value
        var digits: [UInt8] = []
        for _ in 0..<length {
            digits.append(characters[value % 83])
            value /= 83
        }
        return String(decoding: digits.reversed(), as: UTF8.self)
    }
}
