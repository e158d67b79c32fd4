import Core
import Hummingbird
import Web

/// The home feed, and posts: making, reading, liking, deleting.
struct PostRoutes {
    let community: Community
    let site: Site
    let uploads: UploadFolder

    var routes: RouteCollection<WebContext> {
        let routes = RouteCollection(context: WebContext.self)
        routes.get("posts", use: home)
        routes.post("posts", use: publish)
        routes.get("posts/:id", use: show)
        routes.delete("posts/:id", use: delete)
        routes.post("posts/:id/like", use: like)
        routes.delete("posts/:id/like", use: unlike)
        return routes
    }

    private struct DraftBody: Decodable {
        let caption: String?
        let mediaIds: [ID<Photo>]
        let location: String?
    }

    @Sendable func home(_ request: Request, _ context: WebContext) async throws -> Response {
        let page = try await community.feed.home(for: try context.member(), page: try request.page())
        return page.answer(to: request, at: site) { PostBody(post: $0, site: site) }
    }

    @Sendable func publish(_ request: Request, _ context: WebContext) async throws -> Response {
        let viewer = try context.member()
        guard request.mediaType == "application/json" else { return try await publishUploads(request, by: viewer) }
        let body = try await request.json(DraftBody.self)
        let draft = PostDraft(
            caption: body.caption ?? "", location: body.location ?? "", photos: .added(body.mediaIds))
        return answer(try await community.posts.publish(draft, by: viewer))
    }

    private func publishUploads(_ request: Request, by viewer: Viewer) async throws -> Response {
        try await MultipartReader.withForm(of: request, in: uploads) { form in
            let altTexts = form.all("altText")
            let photos = form.files.enumerated().map { place, file in
                PhotoUpload(path: file.path, altText: place < altTexts.count ? altTexts[place] : "")
            }
            let draft = PostDraft(
                caption: form["caption"] ?? "", location: form["location"] ?? "", photos: .uploads(photos))
            return answer(try await community.posts.publish(draft, by: viewer))
        }
    }

    private func answer(_ post: Post) -> Response {
        var response = Response.json(PostBody(post: post, site: site), status: .created)
        response.headers[.location] = "/api/posts/\(post.id)"
        return response
    }

    @Sendable func show(_ request: Request, _ context: WebContext) async throws -> Response {
        let post = try await community.posts.find(try id(context), for: context.viewer)
        return .json(PostBody(post: post, site: site))
    }

    @Sendable func delete(_ request: Request, _ context: WebContext) async throws -> Response {
        try await community.posts.delete(try id(context), by: try context.member())
        return .noContent
    }

    @Sendable func like(_ request: Request, _ context: WebContext) async throws -> Response {
        try await community.likes.like(try id(context), by: try context.member())
        return .noContent
    }

    @Sendable func unlike(_ request: Request, _ context: WebContext) async throws -> Response {
        try await community.likes.unlike(try id(context), by: try context.member())
        return .noContent
    }

    private func id(_ context: WebContext) throws -> ID<Post> { try context.id(of: Post.self, called: "post") }
}
