import Foundation

/// The child's side: what the program does when it is started to render one photo.
///
/// `PROGRAM render-photo FILE FOLDER LIMITS` prints its answer as JSON: the photo, or why it was refused.
package enum RenderProcess {
    package static let command = "render-photo"

    enum Answer: Codable {
        case photo(RenderedPhoto)
        case refused(ImagingError)
    }

    /// - Parameter limits: ``PhotoLimits`` as JSON.
    /// - Returns: what to print.
    package static func run(file: String, folder: String, limits: String) throws -> String {
        let limits = try JSONDecoder().decode(PhotoLimits.self, from: Data(limits.utf8))
        restrain(limits)
        let answer: Answer
        do throws(ImagingError) {
            answer = .photo(try PhotoRenderer(limits: limits).render(file, into: folder))
        } catch {
            answer = .refused(error)
        }
        return String(decoding: try JSONEncoder().encode(answer), as: UTF8.self)
    }

    /// Bounds this process for good: a decoder gone wild ends, and nothing else with it. What libvips maps of its
    /// libraries does not count, so that the bound is on data.
    private static func restrain(_ limits: PhotoLimits) {
        func bound(_ resource: __rlimit_resource, _ value: UInt64) {
            var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
            setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
        }
        bound(RLIMIT_DATA, limits.memory)
        bound(RLIMIT_CPU, UInt64(limits.seconds))
        bound(RLIMIT_FSIZE, 64 << 20)
        bound(RLIMIT_CORE, 0)
    }
}
