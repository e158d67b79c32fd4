import Core

/// Why a multipart body was refused.
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
            self.init(.unsupported, "Send a form here, with Content-Type: multipart/form-data.")
        case .malformed(let what): self.init(.unreadable, "The form cannot be read: \(what).")
        case .truncated: self.init(.unreadable, "The upload broke off before its end; send it again.")
        case .tooManyFiles(let limit):
            let words = limit == 1 ? "Send one photo." : "At most \(limit) photos go at once; choose fewer."
            self.init(.invalid, field: "image", words)
        case .fileTooLarge(let number, let limit):
            self.init(
                .tooLarge, field: "image",
                "Photo \(number) is larger than \(limit / 1_000_000) MB. Choose a smaller one.")
        case .fieldTooLarge(let name, let limit):
            self.init(.tooLarge, field: name, "The field \(name) is longer than \(limit / 1024) KiB.")
        case .fieldsTooLarge(let limit):
            self.init(.tooLarge, "The texts of the form are longer than \(limit / 1024) KiB together.")
        case .tooManyFields(let limit): self.init(.unreadable, "A form has at most \(limit) fields.")
        case .tooManyParts(let limit): self.init(.unreadable, "A form has at most \(limit) parts.")
        case .bodyTooLarge(let limit):
            self.init(.tooLarge, "The form is larger than the \(limit / 1_000_000 + 1) MB taken here.")
        }
    }
}
