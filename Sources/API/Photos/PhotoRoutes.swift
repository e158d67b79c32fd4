import Core
import Hummingbird
import Web

/// Routes to upload photos before they are posted, and to delete such photos.
struct PhotoRoutes {
    let community: Community
    let site: Site
    let uploads: UploadFolder

    var routes: [Route] {
        [
            .post("media", .member, limits: [.uploads], use: add),
            .delete("media/{id}", .member, use: delete),
        ]
    }

    @Sendable func add(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let key = try request.idempotencyKey()
        return try await MultipartReader.withForm(
            of: request, in: uploads, from: .account(viewer.id), limits: .onePhoto
        ) { form in
            let file = try form.photo(named: "file")
            let photo = try await community.photos.add(
                PhotoUpload(file, altText: form["altText"] ?? ""), by: viewer, key: key)
            return .json(PhotoBody(photo: photo, site: site), status: .created)
        }
    }

    @Sendable func delete(_ request: Request, _ context: MemberContext) async throws -> Response {
        try await community.photos.deleteUnposted(
            try context.id(of: Photo.self, called: "photo"), by: context.member)
        return .noContent
    }
}
