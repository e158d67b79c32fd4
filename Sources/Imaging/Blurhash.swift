#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A photo's colours in some thirty characters, to show while it loads.
/// Format: https://github.com/woltapp/blurhash/blob/master/Algorithm.md
enum Blurhash {
    private static let digits = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~".utf8)

    /// - Parameters:
    ///   - pixels: red, green, blue, eight bits each, in sRGB, row by row.
    ///   - components: 1 to 9 waves across and down.
    static func encode(
        _ pixels: [UInt8], width: Int, height: Int, components: (x: Int, y: Int)
    ) -> String {
        let linear = (0...255).map { toLinear(Double($0) / 255) }
        var factors: [[Double]] = []
        for down in 0..<components.y {
            for across in 0..<components.x {
                factors.append(
                    factor(pixels, width, height, across: across, down: down, linear: linear))
            }
        }
        var text: [UInt8] = []
        append(components.x - 1 + (components.y - 1) * 9, digits: 1, to: &text)
        let waves = factors.dropFirst()
        let largest = waves.joined().map(abs).max() ?? 0
        let quantised = waves.isEmpty ? 0 : Int(max(0, min(82, floor(largest * 166 - 0.5))))
        append(quantised, digits: 1, to: &text)
        let average = factors[0].map { Int(toGamma($0) * 255 + 0.5) }
        append(average[0] << 16 | average[1] << 8 | average[2], digits: 4, to: &text)
        let scale = Double(quantised + 1) / 166
        for wave in waves {
            let steps = wave.map { value in
                let root = copysign(sqrt(abs(value / scale)), value)
                return Int(max(0, min(18, floor(root * 9 + 9.5))))
            }
            append(steps[0] * 361 + steps[1] * 19 + steps[2], digits: 2, to: &text)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// How much of one cosine wave is in each colour of the picture.
    private static func factor(
        _ pixels: [UInt8], _ width: Int, _ height: Int, across: Int, down: Int, linear: [Double]
    ) -> [Double] {
        var sums = [0.0, 0.0, 0.0]
        for y in 0..<height {
            let vertical = cos(Double.pi * Double(down) * Double(y) / Double(height))
            for x in 0..<width {
                let basis = vertical * cos(Double.pi * Double(across) * Double(x) / Double(width))
                for colour in 0..<3 { sums[colour] += basis * linear[Int(pixels[(y * width + x) * 3 + colour])] }
            }
        }
        let normalisation = across == 0 && down == 0 ? 1.0 : 2.0
        return sums.map { $0 * normalisation / Double(width * height) }
    }

    private static func append(_ value: Int, digits count: Int, to text: inout [UInt8]) {
        var rest = value
        var letters: [UInt8] = []
        for _ in 0..<count {
            letters.append(digits[rest % 83])
            rest /= 83
        }
        text += letters.reversed()
    }

    private static func toLinear(_ value: Double) -> Double {
        value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }

    private static func toGamma(_ value: Double) -> Double {
        let value = max(0, min(1, value))
        return value <= 0.0031308 ? value * 12.92 : 1.055 * pow(value, 1 / 2.4) - 0.055
    }
}
