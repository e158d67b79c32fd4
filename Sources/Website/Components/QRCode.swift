import CQREncode
import HTML

/// A QR code (ISO/IEC 18004) as inline SVG, black on white in both themes.
struct QRCode {
    /// The dark modules, row by row.
    private let modules: [Bool]
    private let width: Int
    private let label: String

    /// - Parameter label: what screen readers say.
    /// Returns nil if the text is too long for a QR code.
    init?(_ text: String, label: String) {
        guard let code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1) else { return nil }
        defer { QRcode_free(code) }
        width = Int(code.pointee.width)
        // The lowest bit of a module is its colour.
        modules = UnsafeBufferPointer(start: code.pointee.data, count: width * width).map { $0 & 1 == 1 }
        self.label = label
    }

    var html: HTML {
        // The quiet zone is four modules wide.
        let side = width + 8
        return """
            <svg class="qr-code" viewBox="-4 -4 \(side) \(side)" role="img" aria-label="\(label)" \
            shape-rendering="crispEdges">\
            <rect x="-4" y="-4" width="\(side)" height="\(side)" fill="#fff"></rect>\
            <path d="\(path)" fill="#000"></path></svg>
            """
    }

    /// A rectangle for each run of dark modules in a row.
    private var path: String {
        var path = ""
        for row in 0..<width {
            var column = 0
            while column < width {
                let start = column
                while column < width, modules[row * width + column] { column += 1 }
                if column > start { path += "M\(start) \(row)h\(column - start)v1h-\(column - start)z" }
                if column == start { column += 1 }
            }
        }
        return path
    }
}
