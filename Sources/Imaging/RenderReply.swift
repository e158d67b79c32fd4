/// What the child process tells the server, as one line of JSON on its standard output.
enum RenderReply: Codable, Equatable {
    case rendered(RenderedPhoto)
    case refused(ImagingError)
    case failed(String)

    /// What it stands for: a photo, or the error to throw.
    func get() throws -> RenderedPhoto {
        switch self {
        case .rendered(let photo): return photo
        case .refused(let error): throw error
        case .failed(let text): throw RenderFailure(text)
        }
    }
}
