/// What the child process tells the server, as one line of JSON on its standard output.
enum RenderReply: Codable, Equatable {
    case rendered(RenderedPhoto)
    case refused(ImagingError)
    case failed(String)

    /// What it stands for: a photo, or the error to throw.
    func get() throws -> RenderedPhoto {
        switch self {
        case .rendered(let photo): return photo
        case .refused(let error): throw error
        case .failed(let text): throw RenderFailure(text)
        }
    }

    /// The same without what cannot be true or may not be repeated: a decoder that an upload took over may
    /// say anything. A photo's own word is held against its files later, by
    /// ``RenderedPhoto/verify(in:as:within:)``.
    func checked(against limits: PhotoLimits) -> RenderReply {
        switch self {
        case .rendered: self
        case .refused(let error): .refused(error.checked(against: limits))
        case .failed(let text): .failed(ImagingError.plain(text, atMost: 500))
        }
    }
}

extension ImagingError {
    /// Printable ASCII alone, of what a library says.
    static func plain(_ text: String, atMost count: Int = 120) -> String {
        String(
            text.unicodeScalars.lazy.filter { $0.value >= 32 && $0.value < 127 }.prefix(count).map(
                Character.init))
    }

    fileprivate func checked(against limits: PhotoLimits) -> ImagingError {
        let isTrue =
            switch self {
            case .notAPhoto, .tooComplex, .damaged: true
            case .tooManyPixels(let width, let height, let frames, let limit):
                limit == limits.pixels && (1...limits.side).contains(width)
                    && (1...limits.side).contains(height)
                    && frames > 0
            case .sideTooLong(let side, let limit): limit == limits.side && side > limit
            case .tooLarge(let bytes, let limit): limit == limits.bytes && bytes > limit
            // Only the server knows of others who wait.
            case .busy, .tooManyWaiting: false
            }
        if case .damaged(let reason) = self { return .damaged(Self.plain(reason)) }
        return isTrue ? self : .damaged("")
    }
}
