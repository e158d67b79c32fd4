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
            <form method="post" action="/create" enctype="multipart/form-data" data-composer \
            data-alt-limit="\(PhotoUpload.altTextLimit)" \
            data-alt-bytes="\(TextLimit.bytes(for: PhotoUpload.altTextLimit))">\
            \(pageContext.tokenField)\(pageContext.keyField)
            <div class="field"><label for="image">Photos</label>
            <input id="image" name="image" type="file" multiple required aria-describedby="image-note"
            accept="\(photoFileTypes)">
            <p class="hint" id="image-note">Up to 10 photos: JPEG, PNG, WebP, GIF, HEIC or AVIF, 25 MB each.
            \(when: problem != nil, "Please choose your photos again.")</p></div>
            \(PostFields.caption(caption, rows: 3).html)\(altTexts.html)\(PostFields.location(location).html)
            <button class="wide-button">Post</button></form></div>
            """)
    }

    private var altTexts: TextArea {
        TextArea(
            name: "altText", label: "Alt text for people who can’t see the photos", value: altText,
            hint: "One line per photo, in the same order.")
    }
}

/// The fields that a new post and an edited one have in common.
enum PostFields {
    static func caption(_ text: String, rows: Int) -> TextArea {
        TextArea(name: "caption", label: "Caption", rows: rows, value: text, limit: PostDraft.captionLimit)
    }

    static func location(_ text: String) -> Field {
        Field(
            name: "location", label: "Location", value: text, isRequired: false,
            limit: PostDraft.locationLimit)
    }
}
