/// The limits of an uploaded photo and of the process that renders it.
package struct PhotoLimits: Sendable, Equatable, Codable {
    /// The size of the uploaded file in bytes.
    package var bytes = 25_000_000
    /// The number of pixels of the first picture, which is the only one that is decoded.
    package var pixels = 64_000_000
    /// The length of the longer side in pixels.
    package var side = 16_384
    /// The bytes of memory that decoding may use in addition to the program itself.
    package var memory = 768 << 20
    /// The CPU time in seconds. It does not depend on the load of the machine, so a photo that takes more is
    /// rejected.
    package var cpuSeconds = 8
    /// The wall-clock time in seconds, from the start of the process. This only ends a process that hangs. It
    /// does not reject the photo, because any photo may take long on a busy machine.
    package var deadlineSeconds = 120.0

    package init() {}
}
