/// What an uploaded photo, and the process that renders it, may cost.
package struct PhotoLimits: Sendable, Equatable, Codable {
    /// Bytes of the uploaded file.
    package var bytes = 25_000_000
    /// Pixels of all its frames together.
    package var pixels = 64_000_000
    /// Pixels along its longer side.
    package var side = 16_384
    /// Bytes of memory that decoding may take beyond the program itself.
    package var memory = 768 << 20
    /// Seconds of CPU time.
    package var cpuSeconds = 20
    /// Seconds on the wall, from the start of the process on.
    package var deadlineSeconds = 20.0

    package init() {}
}
