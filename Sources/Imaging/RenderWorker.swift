import CSandbox
import Foundation

/// The child process's side: one photo, within limits that the kernel keeps.
package enum RenderWorker {
    /// The first argument of the program that makes it a rendering process.
    package static let command = "render-photo"
    /// The argument that has it say how it would be confined, and read no photo.
    static let check = "check"

    /// Renders one photo and prints the reply. To be called before the process has a second thread.
    /// - Parameter arguments: What ``PhotoProcessor`` adds to the command line: input, output folder, limits, shape.
    /// - Returns: The code to exit with at once, as the process is confined for good.
    package static func main(arguments: [String]) -> Int32 {
        // What the server had open when it started this is none of this process's business.
        _ = csandbox_close_from(3)
        if let path = ProcessInfo.processInfo.environment["LLVM_PROFILE_FILE"] {
            csandbox_write_coverage_to(path.replacing("%m", with: "confined"))
        }
        do {
            let line =
                if arguments == [check] {
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
                try ProcessLimits.confine(to: limits)
                _ = try Confinement.enter(in: arguments[1])
            }
            return .rendered(photo)
        } catch let error as ImagingError {
            return .refused(error)
        } catch {
            return .failed("\(error)")
        }
    }

    /// The arguments that ``reply(to:)`` understands.
    static func arguments(input: String, folder: String, as shape: PhotoShape, limits: PhotoLimits) throws
        -> [String]
    {
        [input, folder, String(decoding: try JSONEncoder().encode(limits), as: UTF8.self), shape.rawValue]
    }
}
