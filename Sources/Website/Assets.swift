import Core
import Crypto
import HTTPTypes
import Hummingbird
import NIOCore
import Web
import WebsiteAssets

/// What pages load besides photos: embedded in the program, and kept by browsers for good under an address that changes
/// with any of the files. One address for all, because modules import each other by their names.
enum Assets {
    private static let types = [
        "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml", "png": "image/png",
    ]

    private static let root: String = {
        var hash = SHA256()
        for (name, bytes) in WebsiteAssets.files.sorted(by: { $0.key < $1.key }) {
            hash.update(data: Array(name.utf8))
            hash.update(data: bytes)
        }
        let digits = hash.finalize().prefix(8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        return "/assets/\(digits.joined())/"
    }()

    /// The address of a file.
    static func path(_ name: String) -> String { root + name }

    static var routes: RouteCollection<WebContext> {
        let routes = RouteCollection(context: WebContext.self)
        for (name, bytes) in WebsiteAssets.files {
            routes.get("\(path(name))") { _, _ in answer(name, bytes, cache: "public, max-age=31536000, immutable") }
        }
        routes.get("favicon.svg") { _, _ in answer("favicon.svg", cache: "public, max-age=86400") }
        // A worker speaks for the folder that it lies in: it lies at the top.
        routes.get("service-worker.js") { _, _ in answer("service-worker.js", cache: "no-cache") }
        return routes
    }

    private static func answer(_ name: String, _ bytes: [UInt8]? = nil, cache: String) -> Response {
        let bytes = bytes ?? WebsiteAssets.files[name] ?? []
        let type = types[String(name.split(separator: ".").last ?? "")] ?? "application/octet-stream"
        return Response(
            status: .ok,
            headers: [.contentType: type, .cacheControl: cache, .contentLength: String(bytes.count)],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
