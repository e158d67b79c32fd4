import Foundation
import PackagePlugin

/// Runs `StylesheetTool` when the target is built and a stylesheet has changed since.
@main
struct StylesheetPlugin: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let files = target.sourceModule?.sourceFiles(withSuffix: "css").map(\.url) ?? []
        let index = files.filter { $0.lastPathComponent == "site.css" }
        let others = files.filter { $0.lastPathComponent != "site.css" }.sorted { $0.path < $1.path }
        let output = context.pluginWorkDirectoryURL.appending(path: "Stylesheet.swift")
        return [
            .buildCommand(
                displayName: "Building the stylesheet",
                executable: try context.tool(named: "StylesheetTool").url,
                arguments: ([output] + index + others).map(\.path),
                inputFiles: index + others, outputFiles: [output])
        ]
    }
}
