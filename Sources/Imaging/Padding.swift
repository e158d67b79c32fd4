/// Recognises an end of a file that was filled up: an interrupted copy may have its full size, with zeros,
/// spaces or another short pattern in place of what is missing.
enum Padding {
    /// More repetition than coded data has by chance.
    static let minimumCount = 32
    /// The bytes at the end that decoders of complete files may not need.
    static let slack = 4

    /// Returns how many bytes at the end are a short pattern that repeats. The last few bytes may be others.
    /// Returns 0 if they are fewer than ``minimumCount``.
    /// - Parameter longest: The length of the longest pattern, in bytes.
    static func count(atEndOf data: ArraySlice<UInt8>, longest: Int = 16) -> Int {
        data.withUnsafeBufferPointer { bytes in
            for end in stride(from: bytes.count, through: max(0, bytes.count - slack), by: -1) {
                for length in 1...longest {
                    var start = end
                    while start > length, bytes[start - 1] == bytes[start - 1 - length] { start -= 1 }
                    if end - start >= minimumCount { return bytes.count - start + length }
                }
            }
            return 0
        }
    }
}
