import Core
import HTTPTypes
import Hummingbird
import MediaStorage
import NIOCore

/// Serves photo files, or redirects to their location. The files never change, so browsers may cache them for
/// a year.
package struct MediaRoutes: Sendable {
    private let media: any MediaStorage
    private let cache: MediaCache
    private let photos: Photos

    package init(community: Community) {
        photos = community.photos
        media = community.media
        cache = community.mediaCache
    }

    package var routes: [Route] {
        [
            .get(
                "media/{folder}/{photo}/{name}", .unauthenticated, limits: [.photoFiles], hasSecretPath: true,
                use: file)
        ]
    }

    @Sendable func file(_ request: Request, _ context: WebContext) async throws -> Response {
        let parameters = context.parameters
        guard let folder = parameters.get("folder"), let photo = parameters.get("photo"),
            let name = parameters.get("name"), let key = MediaKey(prefix: folder + "/" + photo, name: name),
            !photos.isRemoved(key.prefix)
        else { throw Problem.notFound("photo") }
        if let url = try await media.url(of: key) {
            // The URL is valid for an hour. A redirect that was cached for half an hour still works.
            return Response(
                status: .temporaryRedirect,
                headers: [.location: url, .cacheControl: "private, max-age=1800", .contentLength: "0"])
        }
        let cached = cache.find(key)
        let byteCount: Int64? =
            if let bytes = cached.bytes { Int64(bytes.readableBytes) } else {
                try await media.byteCount(of: key)
            }
        guard let size = byteCount else { throw Problem.notFound("photo") }
        let etag = "\"" + photo + "-" + name + "\""
        var headers: HTTPFields = [
            .contentType: "image/jpeg", .cacheControl: "public, max-age=31536000, immutable", .eTag: etag,
            .acceptRanges: "bytes", .contentSecurityPolicy: "default-src 'none'; sandbox",
        ]
        if let etags = request.headers[.ifNoneMatch], ByteRange.matches(etags, etag: etag) {
            return Response(status: .notModified, headers: headers)
        }
        let rangeHeader = request.headers[.ifRange].map { $0 == etag } ?? true ? request.headers[.range] : nil
        switch ByteRange.parse(rangeHeader, size: size) {
        case .whole:
            headers[.contentLength] = String(size)
            return Response(
                status: .ok, headers: headers, body: try await body(key, 0..<size, of: size, cached, context))
        case .part(let range):
            headers[.contentLength] = String(range.count)
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
            return Response(
                status: .partialContent, headers: headers,
                body: try await body(key, range, of: size, cached, context))
        case .unsatisfiable:
            return Response(
                status: .rangeNotSatisfiable,
                headers: [.contentRange: "bytes */\(size)", .contentLength: "0"])
        }
    }

    private func body(
        _ key: MediaKey, _ range: Range<Int64>, of size: Int64,
        _ cached: (bytes: ByteBuffer?, deletions: Int),
        _ context: WebContext
    ) async throws -> ResponseBody {
        if let slice = cached.bytes?.getSlice(at: Int(range.lowerBound), length: range.count) {
            return ResponseBody(byteBuffer: slice)
        }
        let chunks = try await media.read(key, range)
        guard range == 0..<size, range.count <= cache.maxFileSize else {
            return ResponseBody(contentLength: range.count) { writer in
                for try await chunk in chunks {
                    try await writer.write(chunk)
                    try await context.waitForWrites()
                }
                try await writer.finish(nil)
            }
        }
        var whole = ByteBuffer()
        whole.reserveCapacity(range.count)
        for try await chunk in chunks { whole.writeImmutableBuffer(chunk) }
        cache.keep(whole, under: key, ifStill: cached.deletions)
        return ResponseBody(byteBuffer: whole)
    }
}
