import Core
import Crypto
import HTTPTypes
import Hummingbird
import NIOCore
import Web
import WebsiteAssets

/// What pages load besides photos: embedded in the program, served under the hash of its content, kept by browsers
/// for good.
enum Assets {
    struct Asset: Sendable {
        let path: String
        let contentType: String
        let bytes: [UInt8]

        init(name: String, contentType: String, bytes: [UInt8]) {
            let hash = SHA256.hash(data: bytes).prefix(8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
            path = "/assets/\(hash.joined())/\(name)"
            self.contentType = contentType
            self.bytes = bytes
        }
    }

    static let stylesheet = Asset(name: "site.css", contentType: "text/css; charset=utf-8", bytes: WebsiteAssets.stylesheet)
    static let icon = Asset(name: "favicon.svg", contentType: "image/svg+xml", bytes: WebsiteAssets.icon)

    static var routes: RouteCollection<WebContext> {
        let routes = RouteCollection(context: WebContext.self)
        for asset in [stylesheet, icon] {
            routes.get("\(asset.path)") { _, _ in answer(asset, cache: "public, max-age=31536000, immutable") }
        }
        routes.get("favicon.svg") { _, _ in answer(icon, cache: "public, max-age=86400") }
        return routes
    }

    private static func answer(_ asset: Asset, cache: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: asset.contentType, .cacheControl: cache, .contentLength: String(asset.bytes.count),
            ], body: .init(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }
}
