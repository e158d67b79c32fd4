import Foundation

/// The reason why a photo is rejected.
package enum ImagingError: Error, Equatable, Codable {
    /// The file has none of the supported formats.
    case notAPhoto
    /// Width × height exceeds the pixel limit.
    case tooManyPixels(width: Int, height: Int, limit: Int)
    case sideTooLong(side: Int, limit: Int)
    case tooLarge(bytes: Int, limit: Int)
    /// Decoding failed. The text is the reason. It contains neither paths nor control characters.
    case damaged(String)
    /// So much of the picture is missing that it is not a photo any more.
    case incomplete
    /// The photo uses a part of its format that the decoder does not know.
    case unsupported
    /// Decoding reached the limit of memory or CPU time.
    case tooComplex
    /// The server cannot render the photo now, for a reason other than the photo: the queue is full, the
    /// process missed its deadline, or the process was killed, for example by the kernel when memory is low.
    case busy
    /// The account has the maximum number of posts in the queue.
    case tooManyWaiting

    /// A message for the person who uploaded the photo: what is wrong and what to do.
    package var message: String {
        switch self {
        case .notAPhoto:
            "This file is not a supported photo. Upload a JPEG, PNG, WebP, GIF, HEIC or AVIF file."
        case .tooManyPixels(let width, let height, let limit):
            "This photo is \(width) × \(height) pixels. "
                + "The limit is \(Self.number(limit, per: 1_000_000)) megapixels. "
                + "Resize it and upload it again."
        case .sideTooLong(let side, let limit):
            "One side of this photo is \(side) pixels long. The limit is \(limit) pixels. "
                + "Resize it and upload it again."
        case .tooLarge(let bytes, let limit):
            "This file is \(Self.number(bytes, per: 1_000_000)) MB. "
                + "The limit is \(Self.number(limit, per: 1_000_000)) MB. "
                + "Make it smaller and upload it again."
        case .damaged(let reason):
            "This photo is damaged and cannot be read\(reason.isEmpty ? "" : " (\(reason))"). "
                + "Open it in a photo editor, save a new copy, and upload that."
        case .incomplete:
            "A part of this photo is missing, probably because it was not copied completely. "
                + "Copy it again from your camera or phone, and upload that."
        case .unsupported:
            "This photo uses features of its format that this site cannot read. "
                + "Open it in a photo editor, save it as a JPEG, and upload that."
        case .tooComplex:
            "This photo takes too much memory or time to process. "
                + "Save it as an ordinary JPEG and upload that."
        case .busy:
            "The server is too busy to process this photo right now. Wait a few seconds and try again."
        case .tooManyWaiting:
            "Your other photos are still being processed. Wait until some of them are done, and try again."
        }
    }

    /// Formats the value rounded up to tenths, without a zero fraction. A value over the limit therefore
    /// never looks equal to it.
    private static func number(_ value: Int, per unit: Int) -> String {
        let tenths = (value / (unit / 10)) + (value % (unit / 10) == 0 ? 0 : 1)
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}

/// A failure of the server while rendering, such as a full disk, a missing permission or missing libvips. For
/// the log.
package struct RenderFailure: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    /// Whether the disk is full. A child process reports only text, in which the reason is a message of the
    /// system.
    package var isDiskFull: Bool {
        [ENOSPC, EDQUOT].contains { description.contains(String(cString: strerror($0))) }
    }
}
