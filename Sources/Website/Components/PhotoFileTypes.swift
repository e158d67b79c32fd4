/// What a file picker offers as photos. Cameras name HEIC files `.hif`, which not every system knows, and the
/// types of sequences are rarely known either. The first bytes of a file decide what it is.
let photoFileTypes = [
    "image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "image/heif", "image/avif",
    "image/heic-sequence", "image/heif-sequence", "image/avif-sequence", ".heic", ".heif", ".hif", ".avif",
].joined(separator: ",")
