/// Finds what is wrong with a page's markup: stricter than browsers, which forgive everything.
package enum MarkupChecker {
    private static let voidElements: Set = ["meta", "link", "img", "input", "br", "hr", "source"]
    private static let entities: Set = ["amp", "lt", "gt", "quot", "#39"]

    package static func faults(in markup: String, isFragment: Bool = false) -> [String] {
        var checker = Checker(markup)
        checker.run()
        if !isFragment {
            if !markup.lowercased().hasPrefix("<!doctype html>") { checker.fault("no doctype") }
            if checker.seen["html"]?.first?["lang"] == nil { checker.fault("no language") }
            if checker.seen["title"] == nil { checker.fault("no title") }
            if checker.seen["h1"]?.count != 1 { checker.fault("not exactly one h1") }
        }
        return checker.faults
    }

    /// The texts between tags, unescaped.
    package static func texts(in markup: String) -> [String] {
        var checker = Checker(markup)
        checker.run()
        return checker.texts
    }

    private struct Checker {
        var rest: Substring
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
            for id in references where !ids.contains(id) { fault("nothing has the id \(id)") }
        }

        private mutating func text() {
            let raw = String(rest.prefix { $0 != "<" })
            rest = rest.dropFirst(raw.count)
            texts.append(unescaped(raw))
            if !raw.allSatisfy(\.isWhitespace) {
                for place in open.indices { open[place].hasName = true }
                if ["script", "style"].contains(open.last?.name) {
                    fault("text inside \(open.last?.name ?? "")")
                }
            }
        }

        private mutating func unescaped(_ raw: String) -> String {
            var result = ""
            var rest = raw[...]
            while let character = rest.popFirst() {
                guard character == "&" else {
                    if character == ">" { fault("a bare > in «\(raw)»") }
                    result.append(character)
                    continue
                }
                let name = String(rest.prefix { $0 != ";" && $0 != "&" && !$0.isWhitespace })
                guard entities.contains(name), rest.dropFirst(name.count).first == ";" else {
                    fault("a bare & in «\(raw)»")
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
            guard !name.isEmpty else { return fault("a bare <") }
            let attributes = attributes(of: name)
            guard rest.popFirst() == ">" else { return fault("<\(name) does not end") }
            if isEnd { close(name) } else { begin(name, attributes) }
        }

        private mutating func attributes(of element: String) -> [String: String] {
            var attributes: [String: String] = [:]
            while true {
                rest = rest.drop(while: \.isWhitespace)
                let name = String(rest.prefix { $0.isLetter || $0 == "-" || $0 == ":" || $0.isNumber })
                guard !name.isEmpty else { return attributes }
                rest = rest.dropFirst(name.count)
                if attributes[name] != nil { fault("\(name) stands twice in <\(element)>") }
                attributes[name] = ""
                guard rest.first == "=" else { continue }
                rest.removeFirst()
                guard rest.popFirst() == "\"" else {
                    fault("\(name) of <\(element)> is not quoted")
                    rest = rest.drop { !$0.isWhitespace && $0 != ">" }
                    continue
                }
                let raw = String(rest.prefix { $0 != "\"" })
                rest = rest.dropFirst(raw.count + 1)
                if raw.contains("<") { fault("< in \(name) of <\(element)>") }
                attributes[name] = unescaped(raw)
            }
        }

        private mutating func begin(_ name: String, _ attributes: [String: String]) {
            seen[name, default: []].append(attributes)
            for attribute in attributes.keys where attribute == "style" || attribute.hasPrefix("on") {
                fault("\(attribute) in <\(name)>")
            }
            for link in ["href", "src", "action"] {
                let value = attributes[link]?.lowercased() ?? ""
                if value.hasPrefix("javascript:") || value.hasPrefix("data:") {
                    fault("\(link) of <\(name)> runs code")
                }
            }
            if let id = attributes["id"], !ids.insert(id).inserted { fault("the id \(id) stands twice") }
            for key in ["for", "aria-describedby", "aria-labelledby", "aria-controls"] {
                if let id = attributes[key] { references.append(id) }
            }
            if name == "img", ["alt", "width", "height"].contains(where: { attributes[$0] == nil }) {
                fault("an image without alt, width or height")
            }
            if ["ul", "ol"].contains(open.last?.name), name != "li" { fault("<\(name)> in a list") }
            if ["p", "h1", "h2", "ul", "ol", "div", "form", "section", "article"].contains(name),
                open.contains(where: { $0.name == "p" })
            {
                fault("<\(name)> inside <p>")
            }
            if ["a", "button", "form"].contains(name), open.contains(where: { $0.name == name }) {
                fault("<\(name)> in itself")
            }
            if ["input", "textarea", "select"].contains(name), attributes["type"] != "hidden",
                attributes["id"] == nil, attributes["aria-label"] == nil
            {
                fault("<\(name)> without a label")
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
                return fault("</\(name)> closes another")
            }
            if ["a", "button"].contains(name), !last.hasName { fault("<\(name)> without a name") }
            if name == "form", last.attributes["method"] == "post", !last.hasToken {
                fault("a form without its token")
            }
        }
    }
}
