import Core
import Encodings
import Hummingbird

/// The fields of a submitted form whose token was checked.
package struct Form: Sendable {
    private let fields: [(name: String, value: String)]
    package let files: [MultipartForm.File]

    /// The value of a field; empty if the field is missing.
    package subscript(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }

    /// Returns all values with this name, in the order of the form.
    package func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    init(_ fields: [(name: String, value: String)], files: [MultipartForm.File], secret: Secret?)
        throws(Problem)
    {
        let token = fields.first { $0.name == Self.tokenField }?.value ?? ""
        guard let secret, secret.accepts(formToken: token) else {
            throw Problem(.forbidden, "This form is out of date. Go back, reload the page, and try again.")
        }
        self.fields = fields
        self.files = files
    }

    /// The name of the hidden field with the form token.
    package static let tokenField = "csrf"
}

extension Request {
    /// Reads a form without files.
    package func form(_ context: some HandlerContext) async throws -> Form {
        guard mediaType == "application/x-www-form-urlencoded" else {
            throw Problem(
                .unsupported, "Send a form with Content-Type: application/x-www-form-urlencoded.")
        }
        let body = try await wholeBody()
        guard let text = String(validating: body.readableBytesView, as: UTF8.self) else {
            throw Problem(.unreadable, "The form is not valid UTF-8.")
        }
        // Splitting the text into fields compares its characters already.
        guard CharacterRuns.areBounded(in: text) else { throw Problem.longCharacterRun }
        let fields = URLEncodedForm.parse(text)
        guard fields.allSatisfy({ CharacterRuns.areBounded(in: $0.name + $0.value) }) else {
            throw Problem.longCharacterRun
        }
        return try Form(fields, files: [], secret: context.web.formSecret)
    }

    /// Reads a form with files, and removes the files after `use`.
    package func form<Result: Sendable>(
        _ context: MemberContext, uploads: UploadFolder, use: (Form) async throws -> Result
    ) async throws -> Result {
        try await MultipartReader.withForm(of: self, in: uploads, from: .account(context.member.id)) { form in
            try await use(Form(form.fields, files: form.files, secret: context.web.formSecret))
        }
    }
}

/// Decodes URL-encoded forms (WHATWG URL Standard §5.1).
enum URLEncodedForm {
    static func parse(_ text: String) -> [(name: String, value: String)] {
        text.split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (decoded(halves[0]), halves.count > 1 ? decoded(halves[1]) : "")
        }
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = rest.first?.hexDigitValue,
                let low = rest.dropFirst().first?.hexDigitValue
            {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
