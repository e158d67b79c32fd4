import Foundation

extension RenderedPhoto {
    /// Holds the child's word against what is in its folder.
    ///
    /// A decoder that an upload took over may say and write anything, so names and sizes are ours to derive, and
    /// files must be plain ones.
    func verify(in folder: String, as shape: PhotoShape) throws(ImagingError) {
        let side = RenditionPlan.thumbnailSide
        let planned =
            switch shape {
            case .whole: RenditionPlan.widths(forOriginal: width)
            case .square: RenditionPlan.squareSides(forOriginal: (width, height)).filter { $0 != side }
            }
        let promised =
            width > 0 && height > 0
            && renditions.map(\.width) == planned
            && renditions.allSatisfy {
                let height = shape == .square ? $0.width : RenditionPlan.height(at: $0.width, of: (width, height))
                return $0.fileName == RenditionPlan.fileName(width: $0.width) && $0.height == height
            }
            && thumbnail.fileName == RenditionPlan.thumbnailName
            && thumbnail.width == side && thumbnail.height == side
            && (6...64).contains(blurhash.utf8.count) && blurhash.utf8.allSatisfy { $0 > 32 && $0 < 127 }
        guard promised else { throw .damaged("") }
        for file in files {
            var status = stat()
            guard lstat("\(folder)/\(file.fileName)", &status) == 0, status.st_mode & S_IFMT == S_IFREG,
                Int(status.st_size) == file.byteCount, file.byteCount > 0
            else { throw .damaged("") }
        }
    }
}
