import CZlib
import Core
import Crypto
import Encodings
import HTTPTypes
import Hummingbird
import NIOCore
import Web
import WebsiteAssets

/// The site's own files: scripts, stylesheet and icons. They are embedded in the program. Browsers cache them
/// without end, because their folder is named after a hash of all of them. All files share one folder,
/// because the modules import each other by relative paths.
enum Assets {
    private static let types = [
        "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml",
        "png": "image/png",
    ]

    private static let folder: String = {
        var hash = SHA256()
        for (name, bytes) in WebsiteAssets.files.sorted(by: { $0.key < $1.key }) {
            hash.update(data: Array(name.utf8))
            hash.update(data: bytes)
        }
        return "/assets/\(hash.finalize().prefix(8).hexadecimal)/"
    }()

    /// The text files, compressed with gzip. Pages are not compressed: they contain secrets next to text that
    /// others control, and the compressed size would reveal the secrets (https://breachattack.com).
    private static let compressed: [String: [UInt8]] = WebsiteAssets.files.filter {
        !$0.key.hasSuffix(".png")
    }.mapValues(gzip)

    private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: bytes.count + 64) { output, count in
            count = gzip_compress(bytes, bytes.count, output.baseAddress, output.count)
        }
    }

    /// The path of a file.
    static func path(_ name: String) -> String { folder + name }

    static var routes: [Route] {
        let files = WebsiteAssets.files.keys.map { name -> Route in
            .get("\(path(name))", .unauthenticated) { request, _ in
                response(name, to: request, cache: "public, max-age=31536000, immutable")
            }
        }
        return files + [
            .get("favicon.svg", .unauthenticated) { request, _ in
                response("favicon.svg", to: request, cache: "public, max-age=86400")
            },
            // A service worker controls only pages below its own path, so it is served at the top.
            .get("service-worker.js", .unauthenticated) { request, _ in
                response("service-worker.js", to: request, cache: "no-cache")
            },
        ]
    }

    private static func response(_ name: String, to request: Request, cache: String) -> Response {
        let type = types[String(name.split(separator: ".").last ?? "")] ?? "application/octet-stream"
        var headers: HTTPFields = [.contentType: type, .cacheControl: cache, .vary: "accept-encoding"]
        var bytes = WebsiteAssets.files[name] ?? []
        if let gzipped = compressed[name], !gzipped.isEmpty,
            request.headers[.acceptEncoding]?.contains("gzip") == true
        {
            headers[.contentEncoding] = "gzip"
            bytes = gzipped
        }
        headers[.contentLength] = String(bytes.count)
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
