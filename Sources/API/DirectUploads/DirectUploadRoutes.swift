import Core
import Hummingbird
import MediaStorage
import Web

/// Routes to upload photos directly to the media storage.
struct DirectUploadRoutes {
    let community: Community
    let site: Site
    let uploads: UploadFolder

    var routes: [Route] {
        [
            .post("uploads/presigned-url", .member, limits: [.uploads], use: offer),
            .post("uploads/{upload}", .anyone, hasSecretPath: true, use: receive),
        ]
    }

    private struct UploadRequestBody: Decodable {
        let contentType: String?
        let byteCount: Int64
        let altText: String?
    }

    @Sendable func offer(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let body = try await request.json(UploadRequestBody.self)
        let offer = try await community.directUploads.offer(
            UploadRequest(
                contentType: body.contentType ?? UploadRequest.unknownType, byteCount: body.byteCount,
                altText: body.altText ?? ""),
            to: viewer, key: try request.idempotencyKey())
        return .json(OfferBody(offer: offer, site: site), status: .created)
    }

    /// Receives an upload if the media storage is a folder. The URL itself is the permission, like a
    /// presigned URL of S3: anyone who has it can upload one photo within five minutes.
    @Sendable func receive(_ request: Request, _ context: WebContext) async throws -> Response {
        guard let name = UploadName(try context.pathText("upload")) else { throw Problem.notFound("upload") }
        // Check the expected size before reading the form, so that nothing is written for an invalid
        // upload URL, and no more than the declared size for a valid one.
        var limits = MultipartLimits.onePhoto
        limits.fileBytes = try await community.directUploads.expectedBytes(of: name)
        do {
            return try await MultipartReader.withForm(
                of: request, in: uploads, from: .uploadURL(name), limits: limits
            ) { form in
                let file = try form.photo(named: "file")
                try await community.directUploads.receive(file.path, byteCount: file.byteCount, as: name)
                return .noContent
            }
        } catch MultipartError.fileTooLarge, MultipartError.bodyTooLarge {
            throw Problem(
                .invalid, field: "file",
                "The photo is larger than the declared \(limits.fileBytes) bytes.")
        }
    }
}

private struct OfferBody: JSONWritable {
    let offer: DirectUploads.Offer
    let site: Site

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("mediaId", offer.id.description)
            json.field("url", offer.form?.url ?? site.absolute("/api/uploads/\(offer.name)"))
            json.field("method", "POST")
            json.field("headers", JSONNode.object([]))
            let fields = (offer.form?.fields ?? [:]).sorted { $0.key < $1.key }
            json.field("fields", JSONNode.object(fields.map { ($0.key, .text($0.value)) }))
            json.field("expiresAt", Timestamp(offer.expiresAt).rfc3339)
        }
    }
}
