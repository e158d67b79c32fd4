import Core
import HTML
import HTTPTypes
import Hummingbird
import Web

/// Posts: their page, making and deleting them, liking, commenting.
struct PostPages {
    let community: Community
    let uploads: UploadFolder
    let site: Site
    let cookies: SiteCookies

    var routes: RouteCollection<WebContext> {
        let routes = RouteCollection(context: WebContext.self)
        routes.get("create", use: composer)
        routes.post("create", use: publish)
        routes.get("posts/:id", use: redirect)
        routes.get("p/:code", use: show)
        routes.post("p/:code/like", use: like)
        routes.post("p/:code/unlike", use: unlike)
        routes.post("p/:code/comments", use: comment)
        routes.post("p/:code/delete", use: delete)
        routes.post("comments/:id/delete", use: deleteComment)
        return routes
    }

    @Sendable func composer(_ request: Request, _ context: WebContext) async throws -> Response {
        guard context.viewer != nil else { return .seeOther("/login") }
        return Composer(visit: Visit(context, cookies: cookies)).response
    }

    @Sendable func publish(_ request: Request, _ context: WebContext) async throws -> Response {
        let viewer = try context.member()
        return try await request.form(context, uploads: uploads) { form in
            let altTexts = form["altText"].split(separator: "\n", omittingEmptySubsequences: false).map { $0.trimmed }
            let photos = form.files.enumerated().map { place, file in
                PhotoUpload(path: file.path, altText: place < altTexts.count ? altTexts[place] : "")
            }
            let draft = PostDraft(caption: form["caption"], location: form["location"], photos: .uploads(photos))
            do {
                return .seeOther(Site.post(try await community.posts.publish(draft, by: viewer).id))
            } catch let problem as Problem where !problem.fields.isEmpty {
                return Composer(
                    visit: Visit(context, cookies: cookies), caption: form["caption"],
                    altText: form["altText"], location: form["location"], problem: problem
                ).response
            }
        }
    }

    @Sendable func redirect(_ request: Request, _ context: WebContext) async throws -> Response {
        let post = try await community.posts.find(try context.id(of: Post.self, called: "post"), for: context.viewer)
        return .seeOther(Site.post(post.id))
    }

    @Sendable func show(_ request: Request, _ context: WebContext) async throws -> Response {
        try await page(request, context)
    }

    @Sendable func like(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await request.form(context)
        try await community.likes.like(try id(context), by: try context.member())
        return .seeOther(backTarget(form, context))
    }

    @Sendable func unlike(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await request.form(context)
        try await community.likes.unlike(try id(context), by: try context.member())
        return .seeOther(backTarget(form, context))
    }

    @Sendable func comment(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await request.form(context)
        let viewer = try context.member()
        do {
            let comment = try await community.comments.add(form["text"], to: try id(context), by: viewer)
            return .seeOther("\(Site.post(comment.post))#comment-\(comment.id)")
        } catch let problem as Problem where !problem.fields.isEmpty {
            return try await page(request, context, typed: form["text"], problem)
        }
    }

    @Sendable func delete(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try await request.form(context)
        let viewer = try context.member()
        try await community.posts.delete(try id(context), by: viewer)
        return .seeOther(Site.profile(viewer.username))
    }

    @Sendable func deleteComment(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try await request.form(context)
        let post = try await community.comments.delete(
            try context.id(of: Comment.self, called: "comment"), by: try context.member())
        return .seeOther("\(Site.post(post))#comments")
    }

    private func id(_ context: WebContext) throws -> ID<Post> {
        guard let code = context.parameters.get("code"), let id = ID<Post>(code: code) else {
            throw Problem.notFound("post")
        }
        return id
    }

    /// The page a like came from: only a path of this site.
    private func backTarget(_ form: Form, _ context: WebContext) -> String {
        let back = form["back"]
        let isOurs = back.hasPrefix("/") && !back.hasPrefix("//") && back.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x5C }
        return isOurs ? back : "/p/\(context.parameters.get("code") ?? "")"
    }

    private func page(
        _ request: Request, _ context: WebContext, typed: String = "", _ problem: Problem? = nil
    ) async throws -> Response {
        let visit = Visit(context, cookies: cookies)
        let asked = problem == nil ? try request.page() : .first
        let found = try await community.comments.page(of: try id(context), for: context.viewer, page: asked)
        return PostPage(visit: visit, site: site, found: found, typed: typed, problem: problem).response
    }
}
