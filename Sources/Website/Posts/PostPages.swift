import Core
import HTML
import HTTPTypes
import Hummingbird
import Web

/// The pages of posts and of their comments, and what their authors do with them.
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
            .get("p/{code}/edit", .member, use: editor),
            .post("p/{code}/edit", .member, use: edit),
            .post("p/{code}/comments", .member, limits: [.comments], use: comment),
            .post("p/{code}/delete", .member, use: delete),
            .post("comments/{id}/delete", .member, use: deleteComment),
            .get("oembed", .anyone, use: embed),
        ]
    }

    @Sendable func composer(_ request: Request, _ context: MemberContext) async throws -> Response {
        Composer(pageContext: PageContext(context, cookies: cookies)).response
    }

    @Sendable func publish(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        return try await request.form(context, uploads: uploads) { form in
            let altTexts = form["altText"].plainLines.split(
                separator: "\n", omittingEmptySubsequences: false
            ).map(\.trimmed)
            let photos = form.files.enumerated().map { index, file in
                PhotoUpload(file, altText: index < altTexts.count ? altTexts[index] : "")
            }
            let draft = PostDraft(
                caption: form["caption"], location: form["location"], photos: .uploads(photos))
            do {
                let post = try await community.posts.publish(
                    draft, by: viewer, key: form.key(draft.caption, draft.location, form["altText"]))
                return .seeOther(Site.post(post.id))
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

    @Sendable func comment(_ request: Request, _ context: MemberContext) async throws -> Response {
        let form = try await request.form(context)
        let viewer = context.member
        do {
            let comment = try await community.comments.add(
                form["text"], to: try context.postID(), replyTo: ID<Comment>(form["replyTo"]), by: viewer,
                key: form.key(form["text"], form["replyTo"]))
            return .seeOther("\(Site.post(comment.post))#comment-\(comment.id)")
        } catch let problem as Problem where !problem.fields.isEmpty {
            return try await page(
                request, context.web, text: form["text"], replyTo: form["replyTo"], problem)
        }
    }

    @Sendable func editor(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let post = try await community.posts.find(try context.postID(), for: viewer)
        guard post.author.id == viewer.id else {
            throw Problem(.forbidden, "Only the author can edit this post.")
        }
        return PostEditor(pageContext: PageContext(context, cookies: cookies), post: post).response
    }

    @Sendable func edit(_ request: Request, _ context: MemberContext) async throws -> Response {
        let form = try await request.form(context)
        let viewer = context.member
        let post = try await community.posts.find(try context.postID(), for: viewer)
        let texts = post.photos.map { ($0.id, form["altText-\($0.id)"]) }
        let edit = PostEdit(
            caption: form["caption"], location: form["location"],
            altTexts: Dictionary(uniqueKeysWithValues: texts))
        do {
            return .seeOther(Site.post(try await community.posts.edit(post.id, edit, by: viewer).id))
        } catch let problem as Problem where !problem.fields.isEmpty {
            return PostEditor(
                pageContext: PageContext(context, cookies: cookies), post: post, edit: edit, problem: problem
            ).response
        }
    }

    /// Returns the oEmbed description of a public post or profile (https://oembed.com).
    @Sendable func embed(_ request: Request, _ context: WebContext) async throws -> Response {
        let url = request.queryText("url")
        let root = site.absolute("/")
        guard url.hasPrefix(root) else { throw Problem.notFound("page") }
        let path = url.dropFirst(root.count).prefix { $0 != "?" && $0 != "#" }
        // The viewer does not matter: other sites store the response, so it contains only what visitors may
        // see.
        if path.hasPrefix("p/"), let id = ID<Post>(code: path.dropFirst(2)) {
            return .json(PostEmbed(post: try await community.posts.find(id, for: nil), site: site))
        }
        let profile = try await community.profiles.find(String(path), for: nil)
        guard profile.showsPosts else { throw Problem.notFound("page") }
        return .json(ProfileEmbed(account: profile.account, site: site))
    }

    @Sendable func delete(_ request: Request, _ context: MemberContext) async throws -> Response {
        _ = try await request.form(context)
        let viewer = context.member
        try await community.posts.delete(try context.postID(), by: viewer)
        return .seeOther(Site.profile(viewer.username))
    }

    @Sendable func deleteComment(_ request: Request, _ context: MemberContext) async throws -> Response {
        _ = try await request.form(context)
        let post = try await community.comments.delete(
            try context.id(of: Comment.self, called: "comment"), by: context.member)
        return .seeOther("\(Site.post(post))#comments")
    }

    private func page(
        _ request: Request, _ context: WebContext, text: String = "", replyTo: String? = nil,
        _ problem: Problem? = nil
    ) async throws -> Response {
        let pageContext = PageContext(context, cookies: cookies)
        let pageRequest = problem == nil ? try request.page() : .first
        let content = try await community.posts.details(
            of: try context.postID(), for: context.viewer, comments: pageRequest)
        let repliedTo = ID<Comment>(replyTo ?? request.queryText("reply"))
        return PostPage(
            pageContext: pageContext, site: site, content: content,
            replyTo: content.comments.items.first { $0.id == repliedTo },
            text: text, problem: problem
        ).response
    }
}
