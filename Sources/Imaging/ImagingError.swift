/// Why a photo was refused.
package enum ImagingError: Error, Equatable, Codable {
    /// The bytes are none of the formats that are taken.
    case notAPhoto
    /// Wider × higher (× frames, of an animation) than the limit of pixels.
    case tooManyPixels(width: Int, height: Int, frames: Int, limit: Int)
    case sideTooLong(side: Int, limit: Int)
    case tooLarge(bytes: Int, limit: Int)
    /// The decoder gave up; the text says why, and holds neither paths nor control characters.
    case damaged(String)
    /// Decoding reached a limit of memory or CPU time, whatever its header had promised.
    case tooComplex
    /// The server could not render it now, and the photo is not to blame: too many others wait, or its process came to
    /// no end by the deadline, or was killed, as the kernel does where the machine has no memory left.
    case busy
    /// As many posts of the same account wait for their turn as may.
    case tooManyWaiting

    /// What is wrong and what to do about it, for the person who sent the photo.
    package var message: String {
        switch self {
        case .notAPhoto:
            "This file is not a photo we know. Send a JPEG, PNG, WebP, GIF, HEIC or AVIF file."
        case .tooManyPixels(let width, let height, let frames, let limit):
            "This photo is \(width) × \(height) pixels\(frames > 1 ? " in \(frames) frames" : ""), more than "
                + "\(Self.number(limit, per: 1_000_000)) megapixels in all. Make it smaller and send it again."
        case .sideTooLong(let side, let limit):
            "This photo is \(side) pixels long on one side; at most \(limit) are taken. "
                + "Make it smaller and send it again."
        case .tooLarge(let bytes, let limit):
            "This file has \(Self.number(bytes, per: 1_000_000)) MB; at most "
                + "\(Self.number(limit, per: 1_000_000)) MB are taken. Make it smaller and send it again."
        case .damaged(let reason):
            "This photo is damaged and cannot be read\(reason.isEmpty ? "" : " (\(reason))"). "
                + "Open it in a photo program, save it anew, and send that."
        case .tooComplex:
            "This photo takes too much memory or time to read. Save it as an ordinary JPEG and send that."
        case .busy:
            "The server is too busy to read this photo right now. Wait a few seconds and try again."
        case .tooManyWaiting:
            "Your other photos are still being read. Wait until some of them are done, and try again."
        }
    }

    /// Rounded up to tenths, without a fraction of zero, so that what is over a limit never reads like it.
    private static func number(_ value: Int, per unit: Int) -> String {
        let tenths = (value / (unit / 10)) + (value % (unit / 10) == 0 ? 0 : 1)
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}

/// The server failed, not the photo: no space left, no permission, libvips missing. For the log.
package struct RenderFailure: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
