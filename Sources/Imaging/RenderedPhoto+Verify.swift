import Foundation

extension RenderedPhoto {
    /// Holds the child's word against what is in its folder.
    ///
    /// A decoder that an upload took over may say and write anything. So sizes have to keep the limits before
    /// anything is computed from them, names and heights are ours to derive, and files must be plain ones
    /// that begin as a JPEG does.
    /// - Parameters:
    ///   - folder: Where the files are, named by their place in ``files``.
    ///   - limits: What the child was told to keep.
    func verify(in folder: String, as shape: PhotoShape, within limits: PhotoLimits) throws(ImagingError) {
        let sides = 1...limits.side
        guard sides.contains(width), sides.contains(height), width * height <= limits.pixels,
            isPlanned(as: shape),
            blurhash.utf8.count == Blurhash.length, Blurhash.isPlain(blurhash)
        else { throw .damaged("") }
        for (place, file) in files.enumerated() {
            guard Self.isJPEG("\(folder)/\(RenderFiles.name(place))", byteCount: file.byteCount) else {
                throw .damaged("")
            }
        }
    }

    /// Whether the files are those that a photo of this size becomes.
    private func isPlanned(as shape: PhotoShape) -> Bool {
        let side = RenditionPlan.thumbnailSide
        let planned =
            switch shape {
            case .whole: RenditionPlan.widths(forOriginal: width)
            case .square: RenditionPlan.squareSides(forOriginal: (width, height)).filter { $0 != side }
            }
        return renditions.map(\.width) == planned
            && renditions.allSatisfy {
                let height =
                    shape == .square ? $0.width : RenditionPlan.height(at: $0.width, of: (width, height))
                return $0.fileName == RenditionPlan.fileName(width: $0.width) && $0.height == height
            }
            && thumbnail.fileName == RenditionPlan.thumbnailName && thumbnail.width == side
            && thumbnail.height == side
    }

    private static func isJPEG(_ path: String, byteCount: Int) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            Int(status.st_size) == byteCount,
            byteCount <= ProcessLimits.fileSize
        else { return false }
        var signature = [UInt8](repeating: 0, count: PhotoFormat.signatureLength)
        let count = read(descriptor, &signature, signature.count)
        return PhotoFormat(signature: Array(signature.prefix(max(0, count)))) == .jpeg
    }
}
