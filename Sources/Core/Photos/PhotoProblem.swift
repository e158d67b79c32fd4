import Imaging

extension Problem {
    /// A photo that was refused, for pages and API alike. `photo` counts from 1.
    init(_ error: ImagingError, photo: Int) { self.init(error, message: "Photo \(photo): \(error.message)") }

    /// A post that was refused before its photos were rendered, because too many posts are waiting.
    init(_ error: ImagingError) { self.init(error, message: error.message) }

    private init(_ error: ImagingError, message: String) {
        let kind: Kind =
            switch error {
            case .notAPhoto: .unsupported
            case .tooLarge: .tooLarge
            case .busy: .unavailable(retryAfter: 5)
            case .tooManyWaiting: .tooMany(retryAfter: 10)
            default: .invalid
            }
        self.init(kind, field: "image", message)
    }
}
