import Core
import HTML
import Hummingbird
import Web

/// The page that creates a post.
struct Composer {
    let pageContext: PageContext
    var caption = ""
    var altText = ""
    var location = ""
    var problem: Problem?

    var response: Response {
        pageContext.page(
            "New post", status: problem.status, retryAfter: problem?.retryAfter,
            """
            <div class="narrow"><h1>New post</h1>\(alert(problem))
            <form method="post" action="/create" enctype="multipart/form-data" data-composer>\
            \(pageContext.tokenField)\(pageContext.keyField)
            <div class="field"><label for="image">Photos</label>
            <input id="image" name="image" type="file" multiple required aria-describedby="image-note"
            accept="\(photoFileTypes)">
            <p class="hint" id="image-note">Up to 10 photos: JPEG, PNG, WebP, GIF, HEIC or AVIF, 25 MB each.
            \(when: problem != nil, "Please choose your photos again.")</p></div>
            <div class="field"><label for="caption">Caption</label>
            <textarea id="caption" name="caption" rows="3" maxlength="\(PostDraft.captionLimit)">\
            \(caption)</textarea></div>
            <div class="field"><label for="altText">Alt text for people who can’t see the photos</label>
            <textarea id="altText" name="altText" rows="2" aria-describedby="altText-note">\
            \(altText)</textarea>
            <p class="hint" id="altText-note">One line per photo, in the same order.</p></div>
            <div class="field"><label for="location">Location</label>
            <input id="location" name="location" type="text" value="\(location)" \
            maxlength="\(PostDraft.locationLimit)"></div>
            <button class="wide-button">Post</button></form></div>
            """)
    }
}
