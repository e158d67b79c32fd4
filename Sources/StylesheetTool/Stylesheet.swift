/// A CSS file. The path is used for imports and in messages.
package struct StyleFile {
    package let path: String
    package let bytes: [UInt8]

    package init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}

/// Why a stylesheet cannot be built, in the form `path:line: error: …` that compilers use.
package struct StylesheetError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ reason: String) { description = "error: \(reason)" }

    init(_ path: String, line: Int, _ reason: String) { description = "\(path):\(line): error: \(reason)" }
}

/// The stylesheet as one text.
package enum Stylesheet {
    /// Returns the files in the order of the index, minified, each in its layer. The index consists of a
    /// `@layer` statement and of statements `@import "name.css" layer(name);`, with paths relative to it.
    /// Every file must be imported exactly once.
    package static func joined(index: StyleFile, files: [StyleFile]) throws -> String {
        let folder = index.path.lastIndex(of: "/").map { index.path[...$0] } ?? ""
        var remaining = Dictionary(files.map { ($0.path, $0) }) { first, _ in first }
        var layers: [Substring] = []
        var openLayer: Substring?
        var css = ""
        for statement in try Minifier.minified(index).split(separator: ";") {
            if let names = statement.wholeMatch(of: #/@layer (?<names>[a-z,-]+)/#)?.names {
                layers += names.split(separator: ",")
                css += statement + ";"
                continue
            }
            guard
                let rule = statement.wholeMatch(of: #/@import "(?<path>[^"]+)" ?layer\((?<layer>[a-z-]+)\)/#)
            else {
                throw error(
                    at: statement, in: index, "“\(statement)” is neither @layer nor @import … layer(…)")
            }
            guard layers.contains(rule.layer) else {
                throw error(
                    at: rule.path, in: index, "the layer \(rule.layer) is not in the @layer statement")
            }
            guard let file = remaining.removeValue(forKey: "\(folder)\(rule.path)") else {
                throw error(at: rule.path, in: index, "\(rule.path) does not exist, or is imported twice")
            }
            if rule.layer != openLayer {
                css += (openLayer == nil ? "" : "}") + "@layer \(rule.layer){"
                openLayer = rule.layer
            }
            css += try minifiedRules(of: file)
        }
        if let path = remaining.keys.min() {
            throw StylesheetError(path, line: 1, "\(index.path) does not import it")
        }
        return css + (openLayer == nil ? "" : "}")
    }

    private static func minifiedRules(of file: StyleFile) throws -> String {
        let rules = try Minifier.minified(file)
        // Browsers ignore @import after a rule.
        if rules.contains("@import ") {
            throw error(at: "@import", in: file, "only the index may import files")
        }
        // Unfinished text would become a part of the first rule of the next file.
        guard rules.isEmpty || rules.hasSuffix("}") || rules.hasSuffix(";") else {
            let end = file.bytes.lastIndex { $0 > UInt8(ascii: " ") } ?? 0
            let line = 1 + file.bytes[..<end].count { $0 == UInt8(ascii: "\n") }
            throw StylesheetError(file.path, line: line, "the last rule is not finished")
        }
        return rules
    }

    /// Returns Swift code that declares the stylesheet.
    package static func swiftSource(_ css: String) -> String {
        var literal = ""
        for character in css.unicodeScalars {
            switch character {
            case "\\", "\"": literal += "\\\(character)"
            case "\n": literal += "\\n"
            case "\r": literal += "\\r"
            default: literal.unicodeScalars.append(character)
            }
        }
        return "/// The minified stylesheet.\nlet stylesheet = \"\(literal)\"\n"
    }

    private static func error(at text: Substring, in file: StyleFile, _ reason: String) -> StylesheetError {
        let lines = String(decoding: file.bytes, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        return StylesheetError(file.path, line: (lines.firstIndex { $0.contains(text) } ?? 0) + 1, reason)
    }
}
