import Core

/// The reason why a multipart body was rejected.
package enum MultipartError: Error, Equatable {
    case notMultipart
    case malformed(String)
    /// The body ended before its closing boundary.
    case truncated
    case tooManyFiles(limit: Int)
    case fileTooLarge(number: Int, limit: Int)
    case fieldTooLarge(name: String, limit: Int)
    case fieldsTooLarge(limit: Int)
    case tooManyFields(limit: Int)
    case tooManyParts(limit: Int)
    case bodyTooLarge(limit: Int)
}

extension Problem {
    package init(_ error: MultipartError) {
        switch error {
        case .notMultipart:
            self.init(.unsupported, "Send a form with Content-Type: multipart/form-data.")
        case .malformed(let reason): self.init(.unreadable, "The form could not be read: \(reason).")
        case .truncated: self.init(.unreadable, "The upload ended early. Send it again.")
        case .tooManyFiles(let limit):
            let message = limit == 1 ? "Send one photo." : "Choose at most \(limit) photos at once."
            self.init(.invalid, field: "image", message)
        case .fileTooLarge(let number, let limit):
            self.init(
                .tooLarge, field: "image",
                "Photo \(number) is larger than \(limit / 1_000_000) MB. Choose a smaller one.")
        case .fieldTooLarge(let name, let limit):
            self.init(.tooLarge, field: name, "“\(name)” is longer than \(limit / 1024) KiB.")
        case .fieldsTooLarge(let limit):
            self.init(.tooLarge, "The text fields of the form are longer than \(limit / 1024) KiB in total.")
        case .tooManyFields(let limit): self.init(.unreadable, "The form has more than \(limit) fields.")
        case .tooManyParts(let limit): self.init(.unreadable, "The form has more than \(limit) parts.")
        case .bodyTooLarge(let limit):
            self.init(.tooLarge, "The form is larger than \(limit / 1_000_000 + 1) MB.")
        }
    }
}
