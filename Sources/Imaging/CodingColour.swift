import Foundation

/// A colour description by the numbers of ITU-T H.273 (“nclx” in HEIF, `cICP` in PNG and ICC).
struct CodingColour: Equatable {
    var primaries: Int
    var transfer: Int
    var isFullRange: Bool
    /// What the functions of SDR television mean here. In HEIF it is sRGB, and in PNG the curve of displays
    /// (ITU-R BT.1886). Chromium makes this distinction, because photos with these numbers are made for
    /// screens.
    var television = TransferFunction.sRGB

    /// The chromaticities of red, green, blue and white (ITU-T H.273, table 2). Nil for sRGB and unknown
    /// ones.
    var chromaticities: Chromaticities? {
        let d65 = (0.3127, 0.3290)
        return switch primaries {
        case 4:
            Chromaticities(red: (0.67, 0.33), green: (0.21, 0.71), blue: (0.14, 0.08), white: (0.31, 0.316))
        case 5: Chromaticities(red: (0.64, 0.33), green: (0.29, 0.60), blue: (0.15, 0.06), white: d65)
        case 6, 7: Chromaticities(red: (0.63, 0.34), green: (0.31, 0.595), blue: (0.155, 0.07), white: d65)
        case 8:
            Chromaticities(
                red: (0.681, 0.319), green: (0.243, 0.692), blue: (0.145, 0.049), white: (0.31, 0.316))
        case 9: .rec2020
        case 10: Chromaticities(red: (1, 0), green: (0, 1), blue: (0, 0), white: (1.0 / 3, 1.0 / 3))
        case 11:
            Chromaticities(
                red: (0.68, 0.32), green: (0.265, 0.69), blue: (0.15, 0.06), white: (0.314, 0.351))
        case 12: Chromaticities(red: (0.68, 0.32), green: (0.265, 0.69), blue: (0.15, 0.06), white: d65)
        case 22: Chromaticities(red: (0.63, 0.34), green: (0.295, 0.605), blue: (0.155, 0.077), white: d65)
        default: nil
        }
    }

    /// The transfer function (ITU-T H.273, table 3).
    var transferFunction: TransferFunction {
        switch transfer {
        case 1, 6, 11, 14, 15: television
        case 4: .gamma(2.2)
        case 5: .gamma(2.8)
        case 7: .earlyHDTV
        case 8: .gamma(1)
        case 16: .perceptualQuantizer
        case 17: .cinema
        case 18: .hybridLogGamma
        default: .sRGB
        }
    }

    /// Whether the primaries are known, or do not matter as much as the curve.
    var isUsable: Bool { primaries == 1 || chromaticities != nil || transferFunction.isHDR }

    /// Returns the conversion that the pixels need, or nil if they are sRGB already.
    /// - Parameter limitedRange: Whether the values still have a limited range (16 to 235) after decoding.
    func conversion(limitedRange: Bool) -> ColourConversion? {
        let chromaticities = chromaticities
        guard chromaticities != nil || transferFunction != .sRGB || limitedRange else { return nil }
        return ColourConversion(
            transfer: transferFunction, toSRGB: chromaticities?.toSRGB ?? .identity,
            isLimitedRange: limitedRange)
    }
}

/// The chromaticities (x, y) of the primaries and the white of a colour space.
struct Chromaticities {
    var red: (Double, Double)
    var green: (Double, Double)
    var blue: (Double, Double)
    var white: (Double, Double)

    static let sRGB = Chromaticities(
        red: (0.64, 0.33), green: (0.30, 0.60), blue: (0.15, 0.06), white: (0.3127, 0.3290))
    static let rec2020 = Chromaticities(
        red: (0.708, 0.292), green: (0.170, 0.797), blue: (0.131, 0.046), white: (0.3127, 0.3290))

    /// Converts linear values to XYZ, adapted to the white of ICC profiles (D50). Nil for primaries that do
    /// not span a space.
    var toXYZ: Matrix? {
        guard white.1 > 0.0001 else { return nil }
        func xyz(_ point: (Double, Double)) -> [Double] { [point.0, point.1, 1 - point.0 - point.1] }
        let (red, green, blue) = (xyz(red), xyz(green), xyz(blue))
        let white = xyz(white).map { $0 / self.white.1 }
        guard let inverse = Matrix(columns: red, green, blue).inverse else { return nil }
        let scale = inverse.applied(to: white)
        let toXYZ = Matrix(
            columns: red.map { $0 * scale[0] }, green.map { $0 * scale[1] }, blue.map { $0 * scale[2] })
        // The Bradford method (ICC.1:2022, annex E).
        let cone = Matrix(
            columns: [0.8951, -0.7502, 0.0389], [0.2664, 1.7135, -0.0685], [-0.1614, 0.0367, 1.0296])
        guard let fromCone = cone.inverse else { return nil }
        let (from, to) = (cone.applied(to: white), cone.applied(to: [0.9642, 1, 0.8249]))
        guard from.allSatisfy({ $0 > 0.0001 }) else { return nil }
        let adaptation = Matrix(
            columns: [to[0] / from[0], 0, 0], [0, to[1] / from[1], 0], [0, 0, to[2] / from[2]])
        return fromCone * adaptation * cone * toXYZ
    }

    /// Converts linear values to linear sRGB.
    var toSRGB: Matrix? { toXYZ.flatMap { Matrix.toSRGB(fromXYZ: $0) } }
}

/// A matrix of 3 × 3 numbers, by columns.
struct Matrix {
    let columns: [[Double]]

    static let identity = Matrix(columns: [1, 0, 0], [0, 1, 0], [0, 0, 1])

    init(columns red: [Double], _ green: [Double], _ blue: [Double]) { columns = [red, green, blue] }

    /// Returns the conversion to linear sRGB of a space that has this conversion to XYZ.
    static func toSRGB(fromXYZ matrix: Matrix) -> Matrix? {
        Chromaticities.sRGB.toXYZ?.inverse.map { $0 * matrix }
    }

    func applied(to vector: [Double]) -> [Double] {
        (0..<3).map { row in (0..<3).reduce(0) { $0 + columns[$1][row] * vector[$1] } }
    }

    static func * (left: Matrix, right: Matrix) -> Matrix {
        let columns = right.columns.map(left.applied)
        return Matrix(columns: columns[0], columns[1], columns[2])
    }

    var inverse: Matrix? {
        func cross(_ a: [Double], _ b: [Double]) -> [Double] {
            [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
        }
        let rows = [
            cross(columns[1], columns[2]), cross(columns[2], columns[0]), cross(columns[0], columns[1]),
        ]
        let determinant = (0..<3).reduce(0) { $0 + columns[0][$1] * rows[0][$1] }
        guard abs(determinant) > 1e-9, determinant.isFinite else { return nil }
        func column(_ index: Int) -> [Double] { rows.map { $0[index] / determinant } }
        return Matrix(columns: column(0), column(1), column(2))
    }
}
