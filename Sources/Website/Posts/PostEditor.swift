import Core
import HTML
import Hummingbird
import Web

/// The page where the author edits the caption, location and alt texts of a post.
struct PostEditor {
    let pageContext: PageContext
    let post: Post
    /// The edit that the author submitted, if the form is shown again because of a problem.
    var edit: PostEdit?
    var problem: Problem?

    var response: Response {
        let path = Site.post(post.id)
        let photos = post.photos.enumerated().map { index, photo -> HTML in
            let field = TextArea(
                name: "altText-\(photo.id)", label: "Alt text for photo \(index + 1)",
                value: edit?.altTexts[photo.id] ?? photo.altText, limit: PhotoUpload.altTextLimit)
            return """
                <img src="\(url: pageContext.site.media(photo.thumbnailKey))" \
                width="320" height="320" alt="" class="preview">\(field.html)
                """
        }
        return pageContext.page(
            "Edit post", status: problem.status,
            """
            <div class="narrow"><h1>Edit post</h1>\(alert(problem))
            <form method="post" action="\(url: "\(path)/edit")">\(pageContext.tokenField)
            \(PostFields.caption(edit?.caption ?? post.caption, rows: 4).html)
            \(photos)
            \(PostFields.location(edit?.location ?? post.location).html)
            <button class="wide-button">Save changes</button></form>
            <p class="next"><a href="\(url: path)">Cancel</a></p></div>
            """)
    }
}
