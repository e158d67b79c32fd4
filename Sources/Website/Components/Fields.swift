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
    var placeholder = ""
    /// The autofill name of the field (HTML Living Standard, “Autofill”).
    var autocomplete = "off"
    var isRequired = true
    /// The maximum number of characters.
    var limit: Int?
    var error: String?

    var html: HTML {
        """
        <div class="field">
        <label for="\(name)">\(label)</label>
        \(element)
        \(note.html)
        </div>
        """
    }

    /// The field with a label for screen readers only, for a form of one line.
    var withHiddenLabel: HTML {
        #"<label class="visually-hidden" for="\#(name)">\#(label)</label>\#(element)"#
    }

    private var element: HTML {
        """
        <input id="\(name)" name="\(name)" type="\(type)" value="\(value)" autocomplete="\(autocomplete)"\
        \(when: type != "password", textDirection)\(when: isRequired, " required")\
        \(when: !placeholder.isEmpty, #" placeholder="\#(placeholder)""#)\
        \(limitAttributes(limit))\(note.attributes)>
        """
    }

    private var note: FieldNote { FieldNote(field: name, hint: hint, error: error) }
}

/// A labelled field for text with line breaks.
struct TextArea {
    let name: String
    let label: String
    /// The id of the element; empty if it equals the name.
    var id = ""
    var rows = 2
    var value = ""
    var hint = ""
    var placeholder = ""
    var isRequired = false
    /// The maximum number of characters.
    var limit: Int?
    var error: String?

    var html: HTML {
        """
        <div class="field"><label for="\(identifier)">\(label)</label>
        \(element)\(note.html)</div>
        """
    }

    /// The field with a label for screen readers only, for a form of one line.
    var withHiddenLabel: HTML {
        #"<label class="visually-hidden" for="\#(identifier)">\#(label)</label>\#(element)"#
    }

    private var element: HTML {
        """
        <textarea id="\(identifier)" name="\(name)" rows="\(rows)"\(textDirection)\(limitAttributes(limit))\
        \(when: isRequired, " required")\
        \(when: !placeholder.isEmpty, #" placeholder="\#(placeholder)""#)\(note.attributes)>\
        \(value)</textarea>
        """
    }

    private var identifier: String { id.isEmpty ? name : id }
    private var note: FieldNote { FieldNote(field: identifier, hint: hint, error: error) }
}

/// The hint or error below a field.
private struct FieldNote {
    let field: String
    let hint: String
    let error: String?

    /// The attributes of the field that refer to the note.
    var attributes: HTML {
        """
        \(when: error != nil || !hint.isEmpty, #" aria-describedby="\#(field)-note""#)\
        \(when: error != nil, #" aria-invalid="true""#)
        """
    }

    var html: HTML {
        if let error { return #"<p class="fault" id="\#(field)-note">\#(error)</p>"# }
        return hint.isEmpty ? .nothing : #"<p class="hint" id="\#(field)-note">\#(hint)</p>"#
    }
}

/// What a person types has the direction of its script.
private let textDirection: HTML = #" dir="auto""#

/// The limits of a field, which `Assets/limits.js` checks while typing. The attribute `maxlength` counts
/// UTF-16 code units, and would cut an emoji that the server accepts.
private func limitAttributes(_ limit: Int?) -> HTML {
    guard let limit else { return .nothing }
    return #" data-limit="\#(limit)" data-bytes="\#(TextLimit.bytes(for: limit))""#
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
