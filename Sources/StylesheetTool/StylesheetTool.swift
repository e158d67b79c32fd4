import Foundation

/// Writes a Swift file with the joined and minified stylesheet:
///
///     StylesheetTool OUTPUT.swift site.css FILE.css …
///
/// `site.css` imports the other files. It only reads the files that are named in the arguments.
@main
enum StylesheetTool {
    static func main() {
        do {
            let arguments = CommandLine.arguments.dropFirst().map { URL(filePath: $0) }
            guard arguments.count >= 2 else {
                throw StylesheetError("usage: StylesheetTool OUTPUT INDEX FILE…")
            }
            let files = try arguments[1...].map {
                try StyleFile(path: $0.path, bytes: Array(Data(contentsOf: $0)))
            }
            let css = try Stylesheet.joined(index: files[0], files: Array(files.dropFirst()))
            try Stylesheet.swiftSource(css).write(to: arguments[0], atomically: false, encoding: .utf8)
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(1)
        }
    }
}
