import ArgumentParser
import Imaging

/// Creates the photos of the demo community. The server runs it in a child process.
struct MakeVariants: ParsableCommand {
    static let name = "make-variants"
    static let configuration = CommandConfiguration(
        commandName: name, abstract: "Create the demo photos. The server runs this command itself.",
        shouldDisplay: false)
    @Argument var list: String

    func run() throws { try PhotoVariant.makeAll(listedIn: list) }
}
