import Core
import HTML
import Web

/// A labelled text field of a form, with a hint or an error below it.
struct Field {
    let name: String
    let label: String
    var type = "text"
    var value = ""
    var hint = ""
    /// The autofill name of the field (HTML Living Standard, “Autofill”).
    var autocomplete = "off"
    var isRequired = true
    var maximumLength: Int?
    var error: String?

    var html: HTML {
        """
        <div class="field">
        <label for="\(name)">\(label)</label>
        <input id="\(name)" name="\(name)" type="\(type)" value="\(value)" autocomplete="\(autocomplete)"\
        \(when: isRequired, " required")\
        \(when: maximumLength != nil, #" maxlength="\#(maximumLength ?? 0)""#)\
        \(when: hasNote, #" aria-describedby="\#(name)-note""#)\
        \(when: error != nil, #" aria-invalid="true""#)>
        \(note)
        </div>
        """
    }

    private var hasNote: Bool { error != nil || !hint.isEmpty }

    private var note: HTML {
        if let error { return #"<p class="fault" id="\#(name)-note">\#(error)</p>"# }
        return hint.isEmpty ? .nothing : #"<p class="hint" id="\#(name)-note">\#(hint)</p>"#
    }
}

/// The problem with a form as a whole, announced to screen readers.
func alert(_ problem: Problem?) -> HTML {
    guard let problem else { return .nothing }
    return #"<p class="alert" role="alert">\#(problem.detail)</p>"#
}

extension Problem? {
    /// The error message of one field.
    func error(for field: String) -> String? { self?.fields.first { $0.field == field }?.message }
}

/// A form that consists of one button.
/// - Parameters:
///   - returnPath: The path that the server redirects to afterwards.
///   - hidden: Additional hidden fields.
///   - question: A question that is asked before the form is sent, in browsers that run scripts.
func buttonForm(
    _ pageContext: PageContext, action: String, label: String, style: String = "plain",
    returnTo returnPath: String? = nil,
    hidden: [(name: String, value: String)] = [], confirm question: String = ""
) -> HTML {
    """
    <form method="post" action="\(url: action)"\(when: !question.isEmpty, #" data-confirm="\#(question)""#)>\
    \(pageContext.tokenField)\
    \(hidden.map { hiddenField($0.name, $0.value) })\(returnPath.map { hiddenField("back", $0) })\
    <button class="\(style)">\(label)</button></form>
    """
}

private func hiddenField(_ name: String, _ value: String) -> HTML {
    #"<input type="hidden" name="\#(name)" value="\#(value)">"#
}

/// A link to the next page of a list, or nothing on the last page.
func nextPageLink(_ path: String, _ cursor: String?) -> HTML {
    guard let cursor else { return .nothing }
    let separator = path.contains("?") ? "&" : "?"
    let url = "\(path)\(separator)cursor=\(cursor)"
    return #"<p class="next" data-next><a rel="next" href="\#(url: url)">Next page</a></p>"#
}

/// Returns the path that a form asks to be redirected to, if it is a path of this site.
///
/// A path with two leading slashes leads to another host, and browsers read a backslash (`0x5C`) as a slash.
func returnPath(from form: Form, default defaultPath: String) -> String {
    let path = form["back"]
    let isLocal =
        path.hasPrefix("/") && !path.hasPrefix("//")
        && path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x5C }
    return isLocal ? path : defaultPath
}
