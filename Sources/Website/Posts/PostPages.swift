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

    var routes: [Route] {
        [
            .get("create", .memberOrSignIn, use: composer),
            .post("create", .member, limits: [.posts], multipartLimits: [.uploads], use: publish),
            .get("posts/{id}", .anyone, use: redirect),
            .get("p/{code}", .anyone, use: show),
            .get("p/{code}/likes", .anyone, use: likers),
            .post("p/{code}/like", .member, limits: [.likes], use: act(community.likes.like)),
            .post("p/{code}/unlike", .member, use: act(community.likes.unlike)),
            .post("p/{code}/save", .member, use: act(community.saves.save)),
            .post("p/{code}/unsave", .member, use: act(community.saves.unsave)),
            .get("p/{code}/edit", .member, use: editor),
            .post("p/{code}/edit", .member, use: edit),
            .post("p/{code}/comments", .member, limits: [.comments], use: comment),
            .post("p/{code}/delete", .member, use: delete),
            .post("comments/{id}/like", .member, limits: [.likes], use: act(onComment: community.likes.like)),
            .post("comments/{id}/unlike", .member, use: act(onComment: community.likes.unlike)),
            .post("comments/{id}/delete", .member, use: deleteComment),
            .get("saved", .memberOrSignIn, use: saved),
            .get("oembed", .anyone, use: embed),
        ]
    }

    @Sendable func composer(_ request: Request, _ context: MemberContext) async throws -> Response {
        Composer(pageContext: PageContext(context, cookies: cookies)).response
    }

    @Sendable func publish(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        return try await request.form(context, uploads: uploads) { form in
            let altTexts = form["altText"].split(separator: "\n", omittingEmptySubsequences: false).map {
                $0.trimmed
            }
            let photos = form.files.enumerated().map { place, file in
                PhotoUpload(path: file.path, altText: place < altTexts.count ? altTexts[place] : "")
            }
            let draft = PostDraft(
                caption: form["caption"], location: form["location"], photos: .uploads(photos))
            do {
                return .seeOther(Site.post(try await community.posts.publish(draft, by: viewer).id))
            } catch let problem as Problem where !problem.fields.isEmpty {
                return Composer(
                    pageContext: PageContext(context, cookies: cookies), caption: form["caption"],
                    altText: form["altText"], location: form["location"], problem: problem
                ).response
            }
        }
    }

    @Sendable func redirect(_ request: Request, _ context: WebContext) async throws -> Response {
        let post = try await community.posts.find(
            try context.id(of: Post.self, called: "post"), for: context.viewer)
        return .seeOther(Site.post(post.id))
    }

    @Sendable func show(_ request: Request, _ context: WebContext) async throws -> Response {
        try await page(request, context)
    }

    /// A button under a post: does it, and leads back to where it was pressed.
    private func act(
        _ rule: @escaping @Sendable (ID<Post>, Viewer) async throws -> Void
    ) -> Route.Handler<MemberContext> {
        { request, context in
            let form = try await request.form(context)
            let post = try id(context)
            try await rule(post, context.member)
            return .seeOther(returnPath(from: form, default: Site.post(post)))
        }
    }

    /// A button under a comment.
    private func act(
        onComment rule: @escaping @Sendable (ID<Comment>, Viewer) async throws -> ID<Post>
    ) -> Route.Handler<MemberContext> {
        { request, context in
            _ = try await request.form(context)
            let comment = try context.id(of: Comment.self, called: "comment")
            let post = try await rule(comment, context.member)
            return .seeOther("\(Site.post(post))#comment-\(comment)")
        }
    }

    @Sendable func likers(_ request: Request, _ context: WebContext) async throws -> Response {
        let post = try id(context)
        let page = try await community.likes.likers(of: post, for: context.viewer, page: try request.page())
        let path = Site.post(post)
        let pageContext = PageContext(context, cookies: cookies)
        let list = try await pageContext.followList(page.items, empty: "Nobody yet.", community: community)
        return pageContext.page(
            "Likes",
            """
            <div class="narrow"><h1>Likes</h1>\(list)
            \(nextPageLink("\(path)/likes", page.nextCursor))<p><a href="\(url: path)">Back to the post</a></p></div>
            """)
    }

    @Sendable func saved(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let page = try await community.saves.all(of: viewer, page: try request.page())
        let empty: HTML = "<p class=\"empty\">Posts you save appear here; only you see them.</p>"
        let pageContext = PageContext(context, cookies: cookies)
        return pageContext.page(
            "Saved",
            "<h1 class=\"inset\">Saved</h1>\(pageContext.grid(page.items, empty: empty))\(nextPageLink("/saved", page.nextCursor))"
        )
    }

    @Sendable func comment(_ request: Request, _ context: MemberContext) async throws -> Response {
        let form = try await request.form(context)
        let viewer = context.member
        do {
            let comment = try await community.comments.add(
                form["text"], to: try id(context), replyTo: ID<Comment>(form["replyTo"]), by: viewer)
            return .seeOther("\(Site.post(comment.post))#comment-\(comment.id)")
        } catch let problem as Problem where !problem.fields.isEmpty {
            return try await page(
                request, context.web, typed: form["text"], replyTo: form["replyTo"], problem)
        }
    }

    @Sendable func editor(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let post = try await community.posts.find(try id(context), for: viewer)
        guard post.author.id == viewer.id else {
            throw Problem(.forbidden, "Only its author may edit a post.")
        }
        return PostEditor(pageContext: PageContext(context, cookies: cookies), post: post).response
    }

    @Sendable func edit(_ request: Request, _ context: MemberContext) async throws -> Response {
        let form = try await request.form(context)
        let viewer = context.member
        let post = try await community.posts.find(try id(context), for: viewer)
        let texts = post.photos.map { ($0.id, form["altText-\($0.id)"]) }
        let edit = PostEdit(
            caption: form["caption"], location: form["location"],
            altTexts: Dictionary(uniqueKeysWithValues: texts))
        do {
            return .seeOther(Site.post(try await community.posts.edit(post.id, edit, by: viewer).id))
        } catch let problem as Problem where !problem.fields.isEmpty {
            return PostEditor(
                pageContext: PageContext(context, cookies: cookies), post: post, typed: edit, problem: problem
            ).response
        }
    }

    /// How another site may show a public post (https://oembed.com).
    @Sendable func embed(_ request: Request, _ context: WebContext) async throws -> Response {
        let address = request.queryText("url")
        let start = site.absolute("/")
        guard address.hasPrefix(start) else { throw Problem.notFound("page") }
        let path = address.dropFirst(start.count).prefix { $0 != "?" && $0 != "#" }
        // Whoever asks, the answer is what a stranger may see: it is kept by others.
        if path.hasPrefix("p/"), let id = ID<Post>(code: path.dropFirst(2)) {
            return .json(PostEmbed(post: try await community.posts.find(id, for: nil), site: site))
        }
        let profile = try await community.follows.profile(String(path), for: nil)
        guard profile.showsPosts else { throw Problem.notFound("page") }
        return .json(ProfileEmbed(account: profile.account, site: site))
    }

    @Sendable func delete(_ request: Request, _ context: MemberContext) async throws -> Response {
        _ = try await request.form(context)
        let viewer = context.member
        try await community.posts.delete(try id(context), by: viewer)
        return .seeOther(Site.profile(viewer.username))
    }

    @Sendable func deleteComment(_ request: Request, _ context: MemberContext) async throws -> Response {
        _ = try await request.form(context)
        let post = try await community.comments.delete(
            try context.id(of: Comment.self, called: "comment"), by: context.member)
        return .seeOther("\(Site.post(post))#comments")
    }

    private func id(_ context: some HandlerContext) throws -> ID<Post> {
        guard let code = context.web.parameters.get("code"), let id = ID<Post>(code: code) else {
            throw Problem.notFound("post")
        }
        return id
    }

    private func page(
        _ request: Request, _ context: WebContext, typed: String = "", replyTo: String? = nil,
        _ problem: Problem? = nil
    ) async throws -> Response {
        let pageContext = PageContext(context, cookies: cookies)
        let pageRequest = problem == nil ? try request.page() : .first
        let found = try await community.comments.page(of: try id(context), for: context.viewer, page: pageRequest)
        let answered = ID<Comment>(replyTo ?? request.queryText("reply"))
        return PostPage(
            pageContext: pageContext, site: site, found: found, replyTo: found.comments.items.first { $0.id == answered },
            typed: typed,
            problem: problem
        ).response
    }
}
