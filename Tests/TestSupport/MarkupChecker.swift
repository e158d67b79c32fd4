/// Validates the markup of a page. It is stricter than browsers, which repair almost every error.
package enum MarkupChecker {
    private static let voidElements: Set = ["meta", "link", "img", "input", "br", "hr", "source"]
    private static let entities: Set = ["amp", "lt", "gt", "quot", "#39"]

    package static func faults(in markup: String, isFragment: Bool = false) -> [String] {
        var checker = Checker(markup)
        checker.run()
        if !isFragment {
            if !markup.lowercased().hasPrefix("<!doctype html>") { checker.fault("the doctype is missing") }
            if checker.seen["html"]?.first?["lang"] == nil { checker.fault("<html> has no lang attribute") }
            if checker.seen["title"] == nil { checker.fault("the title is missing") }
            if checker.seen["h1"]?.count != 1 { checker.fault("the page does not have exactly one h1") }
        }
        return checker.faults
    }

    /// Returns the texts between tags, unescaped.
    package static func texts(in markup: String) -> [String] {
        var checker = Checker(markup)
        checker.run()
        return checker.texts
    }

    /// Returns the texts from right to left whose direction could affect the words around them: those outside
    /// of `<bdi>` and `dir="auto"`, and in a title those that are not between isolates.
    package static func unisolatedTexts(in markup: String) -> [String] {
        var checker = Checker(markup)
        checker.run()
        return checker.unisolated
    }

    /// Whether the text contains Hebrew or Arabic letters.
    package static func isRightToLeft(_ text: some StringProtocol) -> Bool {
        text.unicodeScalars.contains { (0x0590...0x08FF).contains($0.value) }
    }

    private struct Checker {
        var rest: Substring
        var unisolated: [String] = []
        var faults: [String] = []
        var texts: [String] = []
        var seen: [String: [[String: String]]] = [:]
        private var open: [(name: String, attributes: [String: String], hasName: Bool, hasToken: Bool)] = []
        private var references: [String] = []
        private var ids: Set<String> = []

        init(_ markup: String) { rest = markup[...] }

        mutating func fault(_ what: String) { faults.append(what) }

        mutating func run() {
            while let first = rest.first {
                if first == "<" { tag() } else { text() }
            }
            for element in open { fault("<\(element.name)> is not closed") }
            for id in references where !ids.contains(id) { fault("no element has the id “\(id)”") }
        }

        private mutating func text() {
            let raw = String(rest.prefix { $0 != "<" })
            rest = rest.dropFirst(raw.count)
            let text = unescaped(raw)
            texts.append(text)
            if isRightToLeft(text), !isIsolated(text) { unisolated.append(text) }
            if !raw.allSatisfy(\.isWhitespace) {
                for place in open.indices { open[place].hasName = true }
                if ["script", "style"].contains(open.last?.name) {
                    fault("<\(open.last?.name ?? "")> has inline content")
                }
            }
        }

        private func isIsolated(_ text: String) -> Bool {
            if open.contains(where: { $0.name == "bdi" || $0.attributes["dir"] == "auto" }) { return true }
            guard open.last?.name == "title" else { return false }
            let outside = text.replacing(/\u{2068}[^\u{2069}]*\u{2069}/, with: "")
            return !isRightToLeft(outside)
        }

        private mutating func unescaped(_ raw: String) -> String {
            var result = ""
            var rest = raw[...]
            while let character = rest.popFirst() {
                guard character == "&" else {
                    if character == ">" { fault("unescaped > in “\(raw)”") }
                    result.append(character)
                    continue
                }
                let name = String(rest.prefix { $0 != ";" && $0 != "&" && !$0.isWhitespace })
                guard entities.contains(name), rest.dropFirst(name.count).first == ";" else {
                    fault("unescaped & in “\(raw)”")
                    continue
                }
                rest = rest.dropFirst(name.count + 1)
                result += ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#39": "'"][name] ?? ""
            }
            return result
        }

        private mutating func tag() {
            rest.removeFirst()
            if rest.hasPrefix("!doctype html>") {
                rest = rest.drop { $0 != ">" }.dropFirst()
                return
            }
            let isEnd = rest.first == "/"
            if isEnd { rest.removeFirst() }
            let name = String(rest.prefix { $0.isLetter || $0.isNumber })
            rest = rest.dropFirst(name.count)
            guard !name.isEmpty else { return fault("unescaped <") }
            let attributes = attributes(of: name)
            guard rest.popFirst() == ">" else { return fault("<\(name) has no closing >") }
            if isEnd { close(name) } else { begin(name, attributes) }
        }

        private mutating func attributes(of element: String) -> [String: String] {
            var attributes: [String: String] = [:]
            while true {
                rest = rest.drop(while: \.isWhitespace)
                let name = String(rest.prefix { $0.isLetter || $0 == "-" || $0 == ":" || $0.isNumber })
                guard !name.isEmpty else { return attributes }
                rest = rest.dropFirst(name.count)
                if attributes[name] != nil { fault("<\(element)> has the attribute \(name) twice") }
                attributes[name] = ""
                guard rest.first == "=" else { continue }
                rest.removeFirst()
                guard rest.popFirst() == "\"" else {
                    fault("the value of \(name) in <\(element)> is not quoted")
                    rest = rest.drop { !$0.isWhitespace && $0 != ">" }
                    continue
                }
                let raw = String(rest.prefix { $0 != "\"" })
                rest = rest.dropFirst(raw.count + 1)
                if raw.contains("<") { fault("unescaped < in the value of \(name) in <\(element)>") }
                attributes[name] = unescaped(raw)
            }
        }

        private mutating func begin(_ name: String, _ attributes: [String: String]) {
            seen[name, default: []].append(attributes)
            for attribute in attributes.keys where attribute == "style" || attribute.hasPrefix("on") {
                fault("<\(name)> has the inline attribute \(attribute)")
            }
            for link in ["href", "src", "action"] {
                let value = attributes[link]?.lowercased() ?? ""
                if value.hasPrefix("javascript:") || value.hasPrefix("data:") {
                    fault("\(link) of <\(name)> has a javascript: or data: URL")
                }
            }
            if let id = attributes["id"], !ids.insert(id).inserted { fault("the id “\(id)” is not unique") }
            for key in ["for", "aria-describedby", "aria-labelledby", "aria-controls"] {
                if let id = attributes[key] { references.append(id) }
            }
            if name == "img", ["alt", "width", "height"].contains(where: { attributes[$0] == nil }) {
                fault("an image has no alt, width or height")
            }
            if ["ul", "ol"].contains(open.last?.name), name != "li" {
                fault("<\(name)> is a child of a list")
            }
            if ["p", "h1", "h2", "ul", "ol", "div", "form", "section", "article"].contains(name),
                open.contains(where: { $0.name == "p" })
            {
                fault("<\(name)> inside <p>")
            }
            if ["a", "button", "form"].contains(name), open.contains(where: { $0.name == name }) {
                fault("<\(name)> is nested in <\(name)>")
            }
            if ["input", "textarea", "select"].contains(name), attributes["type"] != "hidden",
                attributes["id"] == nil, attributes["aria-label"] == nil
            {
                fault("<\(name)> has no label")
            }
            if name == "input", attributes["type"] != "hidden", attributes["dir"] != "auto",
                isRightToLeft(attributes["value"] ?? "")
            {
                unisolated.append(attributes["value"] ?? "")
            }
            if name == "input", attributes["name"] == "csrf" {
                for place in open.indices { open[place].hasToken = true }
            }
            guard !voidElements.contains(name) else {
                if name == "img", attributes["alt"]?.isEmpty == false {
                    for place in open.indices { open[place].hasName = true }
                }
                return
            }
            open.append((name, attributes, attributes["aria-label"] != nil, false))
        }

        private mutating func close(_ name: String) {
            guard let last = open.popLast(), last.name == name else {
                return fault("</\(name)> does not match the open element")
            }
            if ["a", "button"].contains(name), !last.hasName { fault("<\(name)> has no accessible name") }
            if name == "form", last.attributes["method"] == "post", !last.hasToken {
                fault("the form has no CSRF token")
            }
        }
    }
}
