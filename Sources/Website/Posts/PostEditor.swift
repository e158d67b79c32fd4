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
            """
            <div class="field"><img src="\(url: pageContext.site.media(photo.thumbnailKey))" \
            width="320" height="320" alt="" class="preview">
            <label for="altText-\(photo.id.value)">Alt text for photo \(index + 1)</label>
            <textarea id="altText-\(photo.id.value)" name="altText-\(photo.id.value)" rows="2" \
            maxlength="\(PhotoUpload.altTextLimit)">\
            \(edit?.altTexts[photo.id] ?? photo.altText)</textarea></div>
            """
        }
        return pageContext.page(
            "Edit post", status: problem.status,
            """
            <div class="narrow"><h1>Edit post</h1>\(alert(problem))
            <form method="post" action="\(url: "\(path)/edit")">\(pageContext.tokenField)
            <div class="field"><label for="caption">Caption</label>
            <textarea id="caption" name="caption" rows="4" maxlength="\(PostDraft.captionLimit)">\
            \(edit?.caption ?? post.caption)</textarea></div>
            \(photos)
            <div class="field"><label for="location">Location</label>
            <input id="location" name="location" type="text" value="\(edit?.location ?? post.location)" \
            maxlength="\(PostDraft.locationLimit)"></div>
            <button class="wide-button">Save changes</button></form>
            <p class="next"><a href="\(url: path)">Cancel</a></p></div>
            """)
    }
}
