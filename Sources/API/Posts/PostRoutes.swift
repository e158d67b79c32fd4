import Core
import Hummingbird
import Web

/// Routes for the home feed and for posts: publish, show, edit and delete.
struct PostRoutes {
    let community: Community
    let site: Site
    let uploads: UploadFolder

    var routes: [Route] {
        [
            .get("posts", .member, use: home),
            .post("posts", .member, limits: [.posts], multipartLimits: [.uploads], use: publish),
            .get("posts/{id}", .anyone, use: show),
            .patch("posts/{id}", .member, use: edit),
            .delete("posts/{id}", .member, use: delete),
        ]
    }

    private struct DraftBody: Decodable {
        let caption: String?
        let mediaIds: [ID<Photo>]
        let location: String?
    }

    private struct EditBody: Decodable {
        struct Media: Decodable {
            let id: ID<Photo>
            let altText: String
        }

        let caption: String?
        let location: String?
        let media: [Media]?
    }

    @Sendable func home(_ request: Request, _ context: MemberContext) async throws -> Response {
        let page = try await community.feed.all(for: context.member, page: try request.page(of: .home))
        return page.response(to: request, at: site, as: .home)
    }

    @Sendable func publish(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        guard request.mediaType == "application/json" else {
            return try await publishUploads(request, by: viewer)
        }
        let body = try await request.json(DraftBody.self)
        let draft = PostDraft(
            caption: body.caption ?? "", location: body.location ?? "", photos: .added(body.mediaIds))
        return created(
            try await community.posts.publish(draft, by: viewer, key: try request.idempotencyKey()))
    }

    private func publishUploads(_ request: Request, by viewer: Viewer) async throws -> Response {
        let key = try request.idempotencyKey()
        return try await MultipartReader.withForm(of: request, in: uploads, from: .account(viewer.id)) {
            form in
            let altTexts = form.all("altText")
            let photos = form.files.enumerated().map { index, file in
                PhotoUpload(file, altText: index < altTexts.count ? altTexts[index] : "")
            }
            let draft = PostDraft(
                caption: form["caption"] ?? "", location: form["location"] ?? "", photos: .uploads(photos))
            return created(try await community.posts.publish(draft, by: viewer, key: key))
        }
    }

    private func created(_ post: Post) -> Response {
        var response = Response.json(PostBody(post: post, site: site), status: .created)
        response.headers[.location] = "/api/posts/\(post.id)"
        return response
    }

    @Sendable func show(_ request: Request, _ context: WebContext) async throws -> Response {
        let post = try await community.posts.find(try id(context), for: context.viewer)
        return .json(PostBody(post: post, site: site))
    }

    @Sendable func edit(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let body = try await request.json(EditBody.self)
        let texts = Dictionary((body.media ?? []).map { ($0.id, $0.altText) }) { _, last in last }
        let edit = PostEdit(caption: body.caption, location: body.location, altTexts: texts)
        return .json(
            PostBody(post: try await community.posts.edit(try id(context), edit, by: viewer), site: site))
    }

    @Sendable func delete(_ request: Request, _ context: MemberContext) async throws -> Response {
        try await community.posts.delete(try id(context), by: context.member)
        return .noContent
    }

    private func id(_ context: some HandlerContext) throws -> ID<Post> {
        try context.id(of: Post.self, called: "post")
    }
}
