/// The reply of the child process, one line of JSON on its standard output.
enum RenderReply: Codable, Equatable {
    case rendered(RenderedPhoto)
    case refused(ImagingError)
    case failed(String)

    /// Returns the photo, or throws the error.
    func get() throws -> RenderedPhoto {
        switch self {
        case .rendered(let photo): return photo
        case .refused(let error): throw error
        case .failed(let text): throw RenderFailure(text)
        }
    }

    /// Returns the reply without claims that cannot be true and without text that is not safe to show,
    /// because a malicious upload may control the reply. ``RenderedPhoto/verify(in:as:within:)`` checks a
    /// rendered photo later.
    func validated(against limits: PhotoLimits) -> RenderReply {
        switch self {
        case .rendered: self
        case .refused(let error): .refused(error.validated(against: limits))
        case .failed(let text): .failed(ImagingError.printableASCII(text, maxLength: 500))
        }
    }
}

extension ImagingError {
    /// Returns only the printable ASCII characters of a library's message.
    static func printableASCII(_ text: String, maxLength: Int = 120) -> String {
        String(
            text.unicodeScalars.lazy.filter { $0.value >= 32 && $0.value < 127 }.prefix(maxLength).map(
                Character.init))
    }

    fileprivate func validated(against limits: PhotoLimits) -> ImagingError {
        let isPlausible =
            switch self {
            case .notAPhoto, .tooComplex, .damaged, .incomplete, .unsupported: true
            case .tooManyPixels(let width, let height, let limit):
                limit == limits.pixels && (1...limits.side).contains(width)
                    && (1...limits.side).contains(height)
            case .sideTooLong(let side, let limit): limit == limits.side && side > limit
            case .tooLarge(let bytes, let limit): limit == limits.bytes && bytes > limit
            // Only the server knows the state of the queue.
            case .busy, .tooManyWaiting: false
            }
        if case .damaged(let reason) = self { return .damaged(Self.printableASCII(reason)) }
        return isPlausible ? self : .damaged("")
    }
}
