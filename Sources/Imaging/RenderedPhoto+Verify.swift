import Foundation

extension RenderedPhoto {
    /// Compares the child's reply with the files in its folder.
    ///
    /// A malicious upload may take over the decoder, which may then reply and write anything. So the sizes
    /// must be within the limits before anything is computed from them, file names and heights are computed
    /// here, and every file must be a regular file that begins like a JPEG.
    /// - Parameters:
    ///   - folder: The folder of the files, which are named by their index in ``files``.
    ///   - limits: The limits that the child was given.
    /// - Throws: ``ImagingError/damaged(_:)`` if they do not match.
    func verify(in folder: String, as shape: PhotoShape, within limits: PhotoLimits) throws(ImagingError) {
        let sides = 1...limits.side
        guard sides.contains(width), sides.contains(height), width * height <= limits.pixels,
            matchesPlan(for: shape),
            blurhash.utf8.count == Blurhash.length, Blurhash.hasValidCharacters(blurhash)
        else { throw .damaged("") }
        for (index, file) in files.enumerated() {
            guard Self.isJPEG("\(folder)/\(RenderFiles.name(at: index))", byteCount: file.byteCount) else {
                throw .damaged("")
            }
        }
    }

    /// Whether the renditions are exactly those that ``RenditionPlan`` prescribes for a photo of this size.
    private func matchesPlan(for shape: PhotoShape) -> Bool {
        let side = RenditionPlan.thumbnailSide
        let plannedWidths =
            switch shape {
            case .whole: RenditionPlan.widths(forOriginal: width)
            case .square: RenditionPlan.squareSides(forOriginal: (width, height)).filter { $0 != side }
            }
        return renditions.map(\.width) == plannedWidths
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
