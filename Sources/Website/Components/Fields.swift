import Core
import HTML
import Web

/// One labelled line of a form, with what is wrong with it.
struct Field {
    let name: String
    let label: String
    var type = "text"
    var value = ""
    var hint = ""
    /// What the browser may fill in (HTML Living Standard, autofill).
    var autocomplete = "off"
    var isRequired = true
    var maximumLength: Int?
    var fault: String?

    var html: HTML {
        """
        <div class="field">
        <label for="\(name)">\(label)</label>
        <input id="\(name)" name="\(name)" type="\(type)" value="\(value)" autocomplete="\(autocomplete)"\
        \(when: isRequired, " required")\(when: maximumLength != nil, " maxlength=\"\(maximumLength ?? 0)\"")\
        \(when: hasNote, " aria-describedby=\"\(name)-note\"")\(when: fault != nil, " aria-invalid=\"true\"")>
        \(note)
        </div>
        """
    }

    private var hasNote: Bool { fault != nil || !hint.isEmpty }

    private var note: HTML {
        if let fault { return "<p class=\"fault\" id=\"\(name)-note\">\(fault)</p>" }
        return hint.isEmpty ? .nothing : "<p class=\"hint\" id=\"\(name)-note\">\(hint)</p>"
    }
}

/// What is wrong with a form as a whole, announced to screen readers.
func alert(_ problem: Problem?) -> HTML {
    guard let problem else { return .nothing }
    return "<p class=\"alert\" role=\"alert\">\(problem.detail)</p>"
}

extension Problem? {
    /// What is wrong with one field.
    func fault(of field: String) -> String? { self?.fields.first { $0.field == field }?.message }
}

/// A form that is one button.
/// - Parameters:
///   - returnTo: where it leads back to.
///   - hidden: further fields.
///   - question: what a browser that runs scripts asks before.
func buttonForm(
    _ pageContext: PageContext, action: String, label: String, style: String = "plain", returnTo: String? = nil,
    hidden: [(name: String, value: String)] = [], confirm question: String = ""
) -> HTML {
    """
    <form method="post" action="\(url: action)"\(when: !question.isEmpty, " data-confirm=\"\(question)\"")>\(pageContext.tokenField)\
    \(when: !hidden.isEmpty, "\(hidden.map { hiddenField($0.name, $0.value) })")\(back.map { hiddenField("back", $0) })\
    <button class="\(style)">\(label)</button></form>
    """
}

private func hiddenField(_ name: String, _ value: String) -> HTML {
    "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
}

/// A link to the next page of a list; nothing on the last.
func nextPageLink(_ path: String, _ cursor: String?) -> HTML {
    guard let cursor else { return .nothing }
    let mark = path.contains("?") ? "&" : "?"
    return
        "<p class=\"next\" data-next><a rel=\"next\" href=\"\(url: "\(path)\(mark)cursor=\(cursor)")\">Next page</a></p>"
}

/// The path that a form names to lead back to: only one of this site.
func backTarget(_ form: Form, otherwise path: String) -> String {
    let back = form["back"]
    let isOurs =
        back.hasPrefix("/") && !back.hasPrefix("//")
        && back.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x5C }
    return isOurs ? back : path
}
