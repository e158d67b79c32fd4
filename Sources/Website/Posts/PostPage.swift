import Core
import HTML
import Hummingbird
import Web

/// The page of one post: its photos, its comments, and what the viewer may do.
struct PostPage {
    let pageContext: PageContext
    let site: Site
    let found: Comments.PostPage
    /// The comment that is being answered.
    var replyTo: Comment?
    var typed = ""
    var problem: Problem?

    private var post: Post { found.post }
    private var path: String { Site.post(post.id) }

    var response: Response {
        let title =
            post.caption.isEmpty
            ? "Photo by \(post.author.username)" : "\(post.author.username): \(post.caption.prefix(60))"
        return pageContext.page(
            title, status: problem.status, head: preview,
            """
            <div class="post-page"><h1 class="visually-hidden">Post by \(post.author.username)</h1>
            \(PostCard(post: post, pageContext: pageContext, returnTo: path, isFirst: true).html)
            <section class="talk" aria-labelledby="comments"><h2 class="inset" id="comments">Comments</h2>
            \(list)\(nextPageLink(path, found.comments.nextCursor))
            \(form)\(when: pageContext.viewer?.id == post.author.id, ownerActions)</section></div>\(neighbours)
            """)
    }

    /// The posts of the same author on either side.
    private var neighbours: HTML {
        let links: [HTML] = [
            found.neighbours.newer.map { "<a rel=\"prev\" href=\"\(url: Site.post($0))\">Newer post</a>" },
            found.neighbours.older.map { "<a rel=\"next\" href=\"\(url: Site.post($0))\">Older post</a>" },
        ].compactMap { $0 }
        return links.isEmpty
            ? .nothing
            : "<nav class=\"neighbours inset\" aria-label=\"Posts of \(post.author.username)\">\(links)</nav>"
    }

    /// How other sites show a link to this page (https://ogp.me).
    private var preview: HTML {
        // What a stranger may not see, no other site is shown.
        guard found.isPublic, let photo = post.photos.first, let rendition = photo.renditions.first else {
            return .nothing
        }
        return """
            <link rel="alternate" type="application/json+oembed" href="\(url: embedPath(of: site.absolute(path)))">
            <meta property="og:type" content="article"><meta property="og:title" content="\(post.author.username) on Isntgram">
            <meta property="og:description" content="\(post.caption.prefix(200))">
            <meta property="og:url" content="\(site.absolute(path))">
            <meta property="og:image" content="\(site.absoluteMedia(photo.key(rendition)))">
            """
    }

    private var ownerActions: HTML {
        """
        <div class="inset owner"><a class="button quiet" href="\(url: "\(path)/edit")">Edit post</a>
        \(buttonForm(pageContext, action: "\(path)/delete", label: "Delete post", style: "quiet", confirm: "Delete this post, with its photos and comments?"))</div>
        """
    }

    /// Comments oldest first, each with the answers to it; an answer whose comment stands on an earlier page stands alone.
    private var list: HTML {
        let comments = found.comments.items
        guard !comments.isEmpty else { return "<p class=\"inset hint\">No comments yet.</p>" }
        let here = Set(comments.map(\.id))
        let answers = Dictionary(grouping: comments.filter { $0.replyTo.map(here.contains) == true }) {
            $0.replyTo
        }
        let tops = comments.filter { $0.replyTo.map(here.contains) != true }
        let items = tops.map { comment -> HTML in
            let replies = (answers[comment.id] ?? []).map { item($0, .nothing) }
            return item(
                comment, replies.isEmpty ? .nothing : "<ol class=\"comments replies\">\(replies)</ol>")
        }
        return "<ol class=\"comments\" data-list>\(items)</ol>"
    }

    private func item(_ comment: Comment, _ answers: HTML) -> HTML {
        let time = Timestamp(comment.createdAt)
        return """
            <li id="comment-\(comment.id.value)">\(pageContext.avatar(comment.author))<div><p class="comment-text">\
            <a class="name" href="\(url: Site.profile(comment.author.username))">\(comment.author.username)</a> \(linkified(comment.text))</p>
            <div class="time comment-actions"><time datetime="\(time.rfc3339)">\(time.dayName)</time>\
            \(when: comment.likesCount > 0, "<span>\(pluralized(comment.likesCount, "like", "likes"))</span>")\
            \(when: pageContext.viewer != nil, actions(on: comment))</div>\(answers)</div></li>
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
            \(when: comment.deletableByViewer, buttonForm(pageContext, action: "/comments/\(comment.id)/delete", label: "Delete", confirm: "Delete this comment?"))
            """
    }

    private var form: HTML {
        guard pageContext.viewer != nil else {
            return "<p class=\"inset\"><a href=\"/login\">Sign in</a> to comment.</p>"
        }
        let answered: HTML? = replyTo.map { comment in
            """
            <input type="hidden" name="replyTo" value="\(comment.id.value)">
            <p class="hint">Answering \(comment.author.username): \(comment.text.prefix(80)) <a href="\(url: path)#comments">Cancel</a></p>
            """
        }
        let start = typed.isEmpty ? replyTo.map { "@\($0.author.username) " } ?? "" : typed
        return """
            <form class="comment-form" method="post" action="\(url: "\(path)/comments")">\(pageContext.tokenField)\(alert(problem))\(answered)
            <label class="visually-hidden" for="text">\(replyTo == nil ? "Add a comment" : "Your answer")</label>
            <textarea id="text" name="text" rows="1" maxlength="\(Comment.textLimit)" required placeholder="Add a comment…">\(start)</textarea>
            <button class="plain accent">Comment</button></form>
            """
    }
}
