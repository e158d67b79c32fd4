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
    /// Seconds of CPU time, which do not depend on what else the machine does: a photo that takes more is refused.
    package var cpuSeconds = 8
    /// Seconds on the wall, from the start of the process on. This ends a process that hangs, and is no verdict on its
    /// photo: on a busy machine any photo may take long.
    package var deadlineSeconds = 120.0

    package init() {}
}
