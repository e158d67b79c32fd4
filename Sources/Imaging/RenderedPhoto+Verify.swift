import Foundation

extension RenderedPhoto {
    /// Holds the child's word against what is in its folder.
    ///
    /// A decoder that an upload took over may say and write anything, so names and sizes are ours to derive, and
    /// files must be plain ones.
    func verify(in folder: String) throws(ImagingError) {
        let side = RenditionPlan.thumbnailSide
        let promised =
            width > 0 && height > 0
            && renditions.map(\.width) == RenditionPlan.widths(forOriginal: width)
            && renditions.allSatisfy {
                $0.fileName == RenditionPlan.fileName(width: $0.width)
                    && $0.height == RenditionPlan.height(at: $0.width, of: (width, height))
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
