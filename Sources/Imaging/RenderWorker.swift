import CSandbox
import Foundation

/// The entry point of the child process, which renders one photo within limits that the kernel enforces.
package enum RenderWorker {
    /// The command that makes the program a rendering process.
    package static let command = "render-photo"
    /// The argument that makes the process report its confinement instead of rendering a photo.
    static let checkArgument = "check"

    /// Renders one photo and prints the reply. Call this while the process has a single thread.
    /// - Parameter arguments: The arguments that ``PhotoProcessor`` adds: input, output folder, limits and
    ///   shape.
    /// - Returns: The exit code. The process must exit with it at once, because it stays confined.
    package static func main(arguments: [String]) -> Int32 {
        // Close the files that were inherited from the server.
        _ = csandbox_close_from(3)
        if let path = ProcessInfo.processInfo.environment["LLVM_PROFILE_FILE"] {
            csandbox_write_coverage_to(path.replacing("%m", with: "confined"))
        }
        do {
            let line =
                if arguments == [checkArgument] {
                    try JSONEncoder().encode(Confinement.enter(in: "/"))
                } else {
                    try JSONEncoder().encode(reply(to: arguments))
                }
            print(String(decoding: line, as: UTF8.self))
            return EXIT_SUCCESS
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            return EXIT_FAILURE
        }
    }

    static func reply(to arguments: [String]) -> RenderReply {
        guard arguments.count == 4, let shape = PhotoShape(rawValue: arguments[3]),
            let limits = try? JSONDecoder().decode(PhotoLimits.self, from: Data(arguments[2].utf8))
        else { return .failed("usage: INPUT OUTPUT-FOLDER LIMITS-AS-JSON SHAPE") }
        do {
            let files = try RenderFiles(input: arguments[0], folder: arguments[1])
            let photo = try PhotoRenderer.render(files, as: shape, limits: limits) {
                try ProcessLimits.apply(limits)
                _ = try Confinement.enter(in: arguments[1])
            }
            return .rendered(photo)
        } catch let error as ImagingError {
            return .refused(error)
        } catch {
            return .failed("\(error)")
        }
    }

    /// Returns the arguments for ``reply(to:)``.
    static func arguments(input: String, folder: String, as shape: PhotoShape, limits: PhotoLimits) throws
        -> [String]
    {
        [input, folder, String(decoding: try JSONEncoder().encode(limits), as: UTF8.self), shape.rawValue]
    }
}
