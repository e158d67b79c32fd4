import Foundation

/// The child process's side: one photo, within limits that the kernel keeps.
package enum RenderWorker {
    /// Renders one photo and prints the reply.
    /// - Parameter arguments: What ``PhotoProcessor`` adds to the command line: input, output folder, limits, shape.
    /// - Returns: The code to exit with at once, as the process is confined for good.
    package static func main(arguments: [String]) -> Int32 {
        guard let line = try? JSONEncoder().encode(reply(to: arguments)) else { return EXIT_FAILURE }
        print(String(decoding: line, as: UTF8.self))
        return EXIT_SUCCESS
    }

    static func reply(to arguments: [String]) -> RenderReply {
        guard arguments.count == 4, let shape = PhotoShape(rawValue: arguments[3]),
            let limits = try? JSONDecoder().decode(PhotoLimits.self, from: Data(arguments[2].utf8))
        else { return .failed("usage: INPUT OUTPUT-FOLDER LIMITS-AS-JSON SHAPE") }
        do {
            let photo = try PhotoRenderer.render(
                input: arguments[0], outputFolder: arguments[1], as: shape, limits: limits
            ) { try ProcessLimits.confine(to: limits) }
            return .rendered(photo)
        } catch let error as ImagingError {
            return .refused(error)
        } catch {
            return .failed("\(error)")
        }
    }

    /// The arguments that ``reply(to:)`` understands.
    static func arguments(input: String, folder: String, as shape: PhotoShape, limits: PhotoLimits) throws -> [String] {
        [input, folder, String(decoding: try JSONEncoder().encode(limits), as: UTF8.self), shape.rawValue]
    }
}
