import Imaging

extension Problem {
    /// A refused photo in the words of both faces; `photo` counts from 1.
    init(_ error: ImagingError, photo: Int) {
        let kind: Kind =
            switch error {
            case .notAPhoto: .unsupported
            case .tooLarge: .tooLarge
            case .busy: .unavailable(retryAfter: 5)
            default: .invalid
            }
        self.init(kind, field: "image", "Photo \(photo): \(error.message)")
    }
}
