import CZlib
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
        "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml",
        "png": "image/png",
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

    /// Texts once more, as gzip has them; pages are not compressed, because they hold secrets beside what others may have put
    /// there, and how small they become would tell of both (https://breachattack.com).
    private static let compressed: [String: [UInt8]] = WebsiteAssets.files.filter {
        !$0.key.hasSuffix(".png")
    }.mapValues(gzip)

    private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: bytes.count + 64) { out, count in
            count = gzip_all(bytes, bytes.count, out.baseAddress, out.count)
        }
    }

    /// The address of a file.
    static func path(_ name: String) -> String { root + name }

    static var routes: [Route] {
        let files = WebsiteAssets.files.keys.map { name -> Route in
            .get("\(path(name))", .unidentified) { request, _ in
                answer(name, to: request, cache: "public, max-age=31536000, immutable")
            }
        }
        return files + [
            .get("favicon.svg", .unidentified) { request, _ in
                answer("favicon.svg", to: request, cache: "public, max-age=86400")
            },
            // A worker speaks for the folder that it lies in: it lies at the top.
            .get("service-worker.js", .unidentified) { request, _ in
                answer("service-worker.js", to: request, cache: "no-cache")
            },
        ]
    }

    private static func answer(_ name: String, to request: Request, cache: String) -> Response {
        let type = types[String(name.split(separator: ".").last ?? "")] ?? "application/octet-stream"
        var headers: HTTPFields = [.contentType: type, .cacheControl: cache, .vary: "accept-encoding"]
        var bytes = WebsiteAssets.files[name] ?? []
        if let small = compressed[name], !small.isEmpty,
            request.headers[.acceptEncoding]?.contains("gzip") == true
        {
            headers[.contentEncoding] = "gzip"
            bytes = small
        }
        headers[.contentLength] = String(bytes.count)
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
