import Core
import HTML
import Hummingbird
import Web

/// The page of one post: its photos, its comments, and actions for the viewer.
struct PostPage {
    let pageContext: PageContext
    let site: Site
    let content: PostDetails
    /// The comment that the viewer is replying to.
    var replyTo: Comment?
    /// The text that the viewer submitted, if the form is shown again because of a problem.
    var text = ""
    var problem: Problem?

    private var post: Post { content.post }
    private var path: String { Site.post(post.id) }

    var response: Response {
        let title =
            post.caption.isEmpty
            ? "Photo by \(post.author.username)"
            : "\(post.author.username): \(post.caption.prefix(60).directionallyIsolated)"
        return pageContext.page(
            title, status: problem.status, head: openGraphTags,
            """
            <div class="post-page"><h1 class="visually-hidden">Post by \(post.author.username)</h1>
            \(PostCard(post: post, pageContext: pageContext, returnPath: path, isFirst: true).html)
            <section class="talk" aria-labelledby="comments"><h2 class="inset" id="comments">Comments</h2>
            \(commentList)\(nextPageLink(path, content.comments.nextCursor))
            \(commentForm)\(when: pageContext.viewer?.id == post.author.id, ownerActions)</section></div>\
            \(neighbours)
            """)
    }

    /// Links to the next newer and the next older post of the same author.
    private var neighbours: HTML {
        let links: [HTML] = [
            content.neighbours.newer.map { #"<a rel="prev" href="\#(url: Site.post($0))">Newer post</a>"# },
            content.neighbours.older.map { #"<a rel="next" href="\#(url: Site.post($0))">Older post</a>"# },
        ].compactMap { $0 }
        guard !links.isEmpty else { return .nothing }
        return """
            <nav class="neighbours inset" aria-label="Posts by \(post.author.username)">\(links)</nav>
            """
    }

    /// Describes the page to sites that show a preview of a link to it (https://ogp.me).
    private var openGraphTags: HTML {
        // Other sites get no description of a post that visitors may not see.
        guard content.isPublic, let photo = post.photos.first, let rendition = photo.renditions.first else {
            return .nothing
        }
        return """
            <link rel="alternate" type="application/json+oembed" \
            href="\(url: embedPath(of: site.absolute(path)))">
            <meta property="og:type" content="article">\
            <meta property="og:title" content="\(post.author.username) on Isntgram">
            <meta property="og:description" content="\(post.caption.prefix(200).directionallyIsolated)">
            <meta property="og:url" content="\(site.absolute(path))">
            <meta property="og:image" content="\(site.absoluteMedia(photo.key(rendition)))">
            """
    }

    private var ownerActions: HTML {
        let deleteButton = buttonForm(
            pageContext, action: "\(path)/delete", label: "Delete post", style: "quiet",
            confirm: "Delete this post with its photos and comments?")
        return """
            <div class="inset owner"><a class="button quiet" href="\(url: "\(path)/edit")">Edit post</a>
            \(deleteButton)</div>
            """
    }

    /// The comments, oldest first, each with its replies. A reply to a comment on an earlier page is shown on
    /// its own.
    private var commentList: HTML {
        let comments = content.comments.items
        guard !comments.isEmpty else { return #"<p class="inset hint">No comments yet.</p>"# }
        let ids = Set(comments.map(\.id))
        let replies = Dictionary(grouping: comments.filter { $0.replyTo.map(ids.contains) == true }) {
            $0.replyTo
        }
        let topLevel = comments.filter { $0.replyTo.map(ids.contains) != true }
        let items = topLevel.map { comment -> HTML in
            let replyItems = (replies[comment.id] ?? []).map { item($0, replies: .nothing) }
            return item(
                comment,
                replies: replyItems.isEmpty
                    ? .nothing : #"<ol class="comments replies">\#(replyItems)</ol>"#)
        }
        return #"<ol class="comments" data-list>\#(items)</ol>"#
    }

    private func item(_ comment: Comment, replies: HTML) -> HTML {
        let likes = pluralized(comment.likesCount, "like", "likes")
        return """
            <li id="comment-\(comment.id.value)">\(pageContext.avatar(comment.author))<div>\
            <p class="comment-text">\
            \(profileLink(comment.author.username)) \(writtenProse(comment.text))</p>
            <div class="time comment-actions">\(timeElement(comment.createdAt))\
            \(when: comment.likesCount > 0, "<span>\(likes)</span>")\
            \(when: pageContext.viewer != nil, actions(on: comment))</div>\(replies)</div></li>
            """
    }

    private func actions(on comment: Comment) -> HTML {
        let like =
            comment.likedByViewer
            ? buttonForm(
                pageContext, action: "/comments/\(comment.id)/unlike", label: "Unlike", style: "plain liked")
            : buttonForm(pageContext, action: "/comments/\(comment.id)/like", label: "Like")
        return """
            \(like)<a href="\(url: "\(path)?reply=\(comment.id)#text")">Reply</a>\
            \(when: comment.deletableByViewer, deleteButton(for: comment))
            """
    }

    private func deleteButton(for comment: Comment) -> HTML {
        buttonForm(
            pageContext, action: "/comments/\(comment.id)/delete", label: "Delete",
            confirm: "Delete this comment?")
    }

    private var commentForm: HTML {
        guard pageContext.viewer != nil else {
            return #"<p class="inset"><a href="/login">Sign in</a> to comment.</p>"#
        }
        let repliedTo: HTML? = replyTo.map { comment in
            """
            <input type="hidden" name="replyTo" value="\(comment.id.value)">
            <p class="hint">Replying to \(written(comment.author.username)): \
            \(writtenExcerpt(comment.text.prefix(80))) \
            <a href="\(url: path)#comments">Cancel</a></p>
            """
        }
        let initialText = text.isEmpty ? replyTo.map { "@\($0.author.username) " } ?? "" : text
        let field = TextArea(
            name: "text", label: replyTo == nil ? "Add a comment" : "Your reply", rows: 1, value: initialText,
            placeholder: "Add a comment…", isRequired: true, limit: Comment.textLimit)
        return """
            <form class="comment-form" method="post" action="\(url: "\(path)/comments")">\
            \(pageContext.tokenField)\(pageContext.keyField)\(alert(problem))\(repliedTo)
            \(field.withHiddenLabel)
            <button class="plain accent">Post</button></form>
            """
    }
}
