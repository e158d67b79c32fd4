import Core
import HTML

/// One labelled line of a form, with what is wrong with it.
struct Field {
    let name: String
    let label: String
    var type = "text"
    var value = ""
    var hint = ""
    /// What the browser may fill in (HTML Living Standard, autofill).
    var autocomplete = "off"
    var fault: String?

    var html: HTML {
        """
        <div class="field">
        <label for="\(name)">\(label)</label>
        <input id="\(name)" name="\(name)" type="\(type)" value="\(value)" autocomplete="\(autocomplete)" required\
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
func buttonForm(_ visit: Visit, action: String, label: String, style: String = "plain", back: String? = nil) -> HTML {
    """
    <form method="post" action="\(url: action)">\(visit.tokenField)\
    \(back.map { "<input type=\"hidden\" name=\"back\" value=\"\($0)\">" as HTML })\
    <button class="\(style)">\(label)</button></form>
    """
}

/// A link to the next page of a list; nothing on the last.
func nextLink(_ path: String, _ cursor: String?) -> HTML {
    guard let cursor else { return .nothing }
    return "<p class=\"next\"><a rel=\"next\" href=\"\(url: "\(path)?cursor=\(cursor)")\">Next page</a></p>"
}
