import Core
import HTML
import Hummingbird
import Web

/// The page of one post: its photos, its comments, and what the viewer may do.
struct PostPage {
    let visit: Visit
    let site: Site
    let found: Comments.PostPage
    var typed = ""
    var problem: Problem?

    private var post: Post { found.post }
    private var path: String { Site.post(post.id) }

    var response: Response {
        let title =
            post.caption.isEmpty ? "Photo by \(post.author.username)" : "\(post.author.username): \(post.caption.prefix(60))"
        return visit.page(
            title, status: problem.status, head: preview,
            """
            <div class="column"><h1 class="visually-hidden">Post by \(post.author.username)</h1>
            \(PostCard(post: post, visit: visit, back: path, isFirst: true).html)
            \(when: visit.viewer?.id == post.author.id, ownerActions)
            <section aria-labelledby="comments"><h2 class="inset" id="comments">Comments</h2>
            \(list)\(nextLink(path, found.comments.nextCursor))
            \(form)</section></div>
            """)
    }

    /// How other sites show a link to this page (https://ogp.me).
    private var preview: HTML {
        guard let photo = post.photos.first, let rendition = photo.renditions.first else { return .nothing }
        return """
            <meta property="og:type" content="article"><meta property="og:title" content="\(post.author.username) on Isntgram">
            <meta property="og:description" content="\(post.caption.prefix(200))">
            <meta property="og:url" content="\(site.absolute(path))">
            <meta property="og:image" content="\(site.absolute(Site.media(photo.key(rendition))))">
            """
    }

    private var ownerActions: HTML {
        "<div class=\"inset\">\(buttonForm(visit, action: "\(path)/delete", label: "Delete post", style: "quiet"))</div>"
    }

    private var list: HTML {
        guard !found.comments.items.isEmpty else { return "<p class=\"inset hint\">No comments yet.</p>" }
        return "<ol class=\"comments\">\(found.comments.items.map(item))</ol>"
    }

    private func item(_ comment: Comment) -> HTML {
        let time = Timestamp(comment.createdAt)
        return """
            <li id="comment-\(comment.id.value)">\(avatar(comment.author))<div><p class="comment-text">\
            <a class="name" href="\(url: Site.profile(comment.author.username))">\(comment.author.username)</a> \(comment.text)</p>
            <p class="time"><time datetime="\(time.rfc3339)">\(time.dayName)</time></p></div>
            \(when: comment.deletableByViewer, buttonForm(visit, action: "/comments/\(comment.id)/delete", label: "Delete"))</li>
            """
    }

    private var form: HTML {
        guard visit.viewer != nil else { return "<p class=\"inset\"><a href=\"/login\">Sign in</a> to comment.</p>" }
        return """
            <form class="comment-form" method="post" action="\(url: "\(path)/comments")">\(visit.tokenField)\(alert(problem))
            <label for="text">Add a comment</label>
            <textarea id="text" name="text" rows="2" maxlength="\(Comment.textLimit)" required>\(typed)</textarea>
            <button>Comment</button></form>
            """
    }
}
