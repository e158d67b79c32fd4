import Foundation

/// Converts between the numbers of a picture and light. Light is linear, and 1 is the white of a page.
enum TransferFunction: Equatable {
    case sRGB
    case gamma(Double)
    /// The first HDTV (SMPTE ST 240).
    case earlyHDTV
    /// Digital cinema, whose white leaves some headroom (SMPTE ST 428-1).
    case cinema
    /// PQ, the absolute scale of HDR (ITU-R BT.2100, table 4).
    case perceptualQuantizer
    /// HLG, the relative scale of HDR (ITU-R BT.2100, table 5).
    case hybridLogGamma

    /// The luminance of white in HDR, in cd/m² (ITU-R BT.2408, 2.1).
    static let whiteLuminance = 203.0
    /// The luminance of the brightest HLG value on the display that it is made for, in cd/m².
    static let hybridLogGammaPeak = 1000.0

    var isHDR: Bool { self == .perceptualQuantizer || self == .hybridLogGamma }

    /// The number of white. In HDR the greatest number is much brighter.
    var white: Double {
        switch self {
        case .sRGB, .gamma, .earlyHDTV: 1
        case .cinema: pow(48 / 52.37, 1 / 2.6)
        case .perceptualQuantizer: Self.quantized(1)
        case .hybridLogGamma: 0.75
        }
    }

    /// Returns the light of a number from 0 to 1. That of HLG is the light of the scene, from 0 to 1.
    func light(of value: Double) -> Double {
        switch self {
        case .sRGB: value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        case .gamma(let exponent): pow(value, exponent)
        case .earlyHDTV: value <= 0.0913 ? value / 4 : pow((value + 0.1115) / 1.1115, 1 / 0.45)
        case .cinema: pow(value, 2.6) * 52.37 / 48
        case .perceptualQuantizer: Self.light(ofQuantized: value)
        case .hybridLogGamma:
            value <= 0.5
                ? value * value / 3 : (exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12
        }
    }

    /// Returns the sRGB number of a light.
    static func sRGB(of light: Double) -> Double {
        light <= 0.0031308 ? light * 12.92 : 1.055 * pow(light, 1 / 2.4) - 0.055
    }

    static func light(ofQuantized value: Double) -> Double {
        let root = pow(max(0, value), 1 / 78.84375)
        let fraction = max(0, root - 0.8359375) / (18.8515625 - 18.6875 * root)
        return pow(fraction, 1 / 0.1593017578125) * 10_000 / whiteLuminance
    }

    static func quantized(_ light: Double) -> Double {
        let root = pow(max(0, light) * whiteLuminance / 10_000, 0.1593017578125)
        return pow((0.8359375 + 18.8515625 * root) / (1 + 18.6875 * root), 78.84375)
    }
}

/// Fits the light of an HDR picture into the range of a page, from 0 to 1 (ITU-R BT.2390, 5.4.1): what is
/// darker than the knee stays as it is, and highlights are compressed so that the brightest one becomes
/// white.
struct ToneCurve {
    /// The greatest light of PQ: 10,000 cd/m².
    static let maxLight = 10_000 / TransferFunction.whiteLuminance

    private let peak: Double
    private let peakNumber: Double
    private let whiteFraction: Double

    /// - Parameter peak: The brightest light of the picture. With 1 or less, nothing is compressed.
    init(peak: Double) {
        self.peak = min(max(1, peak), Self.maxLight)
        peakNumber = TransferFunction.quantized(self.peak)
        whiteFraction = TransferFunction.quantized(1) / peakNumber
    }

    func light(of light: Double) -> Double {
        guard peak > 1 else { return min(light, 1) }
        let number = TransferFunction.quantized(min(light, peak)) / peakNumber
        let knee = 1.5 * whiteFraction - 0.5
        guard number > knee else { return light }
        let t = (number - knee) / (1 - knee)
        let spline =
            (2 * t * t * t - 3 * t * t + 1) * knee + (t * t * t - 2 * t * t + t) * (1 - knee)
            + (3 * t * t - 2 * t * t * t) * whiteFraction
        return TransferFunction.light(ofQuantized: spline * peakNumber)
    }
}
