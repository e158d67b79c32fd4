import Core
import Encodings
import HTML
import Web

/// A post in the feed or on its own page.
struct PostCard {
    let post: Post
    let pageContext: PageContext
    /// The path that the server redirects to after a like or a save.
    let returnPath: String
    /// Whether the first photo loads immediately. Other photos load when they are about to become visible.
    var isFirst = false
    /// The likes and comments that the card shows in the feed; `nil` on the page of the post.
    var preview: PostPreview?

    private var path: String { Site.post(post.id) }
    private var isInFeed: Bool { preview != nil }

    var html: HTML {
        """
        <article class="card" id="post-\(post.id.value)" data-post="\(url: path)">
        <header class="card-head">\(pageContext.avatar(post.author))<div>\
        \(profileLink(post.author.username)) <span class="dot" aria-hidden="true">·</span> \
        <a class="time" href="\(url: path)">\(timeElement(post.createdAt))</a>\(location)</div></header>
        \(photos)
        <div class="actions">\(likeButton)\
        <a class="tool" href="\(url: "\(path)#text")" data-comment>\(Icon.comment.html)\
        <span class="visually-hidden">Comment</span></a><a class="tool" href="\(url: path)" data-share>\
        \(Icon.share.html)\
        <span class="visually-hidden">Share</span></a>\(saveButton)</div>
        <p class="likes" data-likes="\(post.likesCount)">\(likes)</p>
        \(when: !post.caption.isEmpty, caption)
        \(when: isInFeed, comments)
        </article>
        """
    }

    private var location: HTML {
        post.location.isEmpty ? .nothing : #"<span class="place">\#(written(post.location))</span>"#
    }

    // MARK: - Photos

    private var photos: HTML {
        guard post.photos.count > 1 else {
            return """
                <div class="photos" data-doubletap>\(post.photos.map { picture($0, isEager: isFirst) })</div>
                """
        }
        let dots = post.photos.indices.map { #"<i\#(when: $0 == 0, #" class="on""#)></i>"# as HTML }
        return """
            <div class="carousel"><div class="photos many" tabindex="0" role="group" \
            aria-label="\(post.photos.count) photos" data-doubletap>\
            \(post.photos.enumerated().map { picture($1, isEager: isFirst && $0 == 0) })</div>
            <button class="arrow left" type="button" aria-label="Previous photo" hidden>\
            \(Icon.left.html)</button>\
            <button class="arrow right" type="button" aria-label="Next photo" hidden>\
            \(Icon.right.html)</button>
            <div class="dots" aria-hidden="true">\(dots)</div></div>
            """
    }

    private func picture(_ photo: Photo, isEager: Bool) -> HTML {
        let rendition = photo.renditions.first { $0.width <= 1080 } ?? photo.renditions[0]
        return """
            <span class="frame">\(colourPlaceholder(for: photo))\
            <img src="\(url: pageContext.site.media(photo.key(rendition)))" \
            srcset="\(sourceSet(of: photo))" sizes="(min-width: 518px) 470px, 100vw" \
            width="\(rendition.width)" height="\(rendition.height)" \
            alt="\(photo.alternativeText(author: post.author))" \
            \(when: isEager, #"fetchpriority="high""#)\(when: !isEager, #"loading="lazy""#) \
            decoding="async"></span>
            """
    }

    /// The renditions as a `srcset` attribute, without those that are wider than a card needs: 1080 pixels
    /// are three times the width of a phone. A single string is appended to, because this runs for every
    /// photo of the feed.
    private func sourceSet(of photo: Photo) -> String {
        var text = ""
        text.reserveCapacity(photo.renditions.count * 64)
        for rendition in photo.renditions where rendition.width <= 1080 || photo.renditions.count == 1 {
            if !text.isEmpty { text += ", " }
            text += pageContext.site.mediaRoot
            photo.appendKey(of: rendition, to: &text)
            text += " "
            text += String(rendition.width)
            text += "w"
        }
        return text
    }

    // MARK: - Text

    private var caption: HTML {
        // In the feed, a long caption is folded to two lines with a “more” link.
        let isLong = isInFeed && (post.caption.utf8.count > 140 || post.caption.utf8.contains(10))
        return """
            <div class="caption\(when: isLong, " folded")"><p>\(profileLink(post.author.username)) \
            \(writtenProse(post.caption))</p>\
            \(when: isLong, #"<a class="quiet-link" href="\#(url: path)" data-unfold>more</a>"#)</div>
            """
    }

    private var likes: HTML {
        guard post.likesCount > 0 else { return "Be the first to like this" }
        let url = "\(path)/likes"
        guard let name = preview?.likedBy else {
            return #"<a href="\#(url: url)" data-dialog>\#(pluralized(post.likesCount, "like", "likes"))</a>"#
        }
        let likedBy: HTML = "Liked by \(profileLink(name))"
        guard post.likesCount > 1 else { return likedBy }
        let others = pluralized(post.likesCount - 1, "other", "others")
        return #"\#(likedBy) and <a href="\#(url: url)" data-dialog>\#(others)</a>"#
    }

    private var comments: HTML {
        let items = (preview?.comments ?? []).map { comment -> HTML in
            "<li>\(profileLink(comment.author)) \(writtenProse(comment.text))</li>"
        }
        return """
            \(when: post.commentsCount > items.count, allCommentsLink)\
            <ul class="lines">\(items)</ul>
            <form class="comment-form" method="post" action="\(url: "\(path)/comments")">\
            \(pageContext.tokenField)\(pageContext.keyField)\
            \(commentField.withHiddenLabel)\
            <button class="plain accent">Post</button></form>
            """
    }

    private var commentField: TextArea {
        TextArea(
            name: "text", label: "Add a comment", id: "text-\(post.id.value)", rows: 1,
            placeholder: "Add a comment…", isRequired: true, limit: Comment.textLimit)
    }

    private var allCommentsLink: HTML {
        """
        <p><a class="quiet-link" href="\(url: path)#comments">View all \(post.commentsCount) comments</a></p>
        """
    }

    // MARK: - Buttons

    private var likeButton: HTML {
        guard pageContext.viewer != nil else {
            return #"<a class="tool" href="/login">\#(Icon.heart.html)<span>Sign in to like</span></a>"#
        }
        return toggle(
            "like", isOn: post.likedByViewer, labels: ("Like", "Unlike"), icons: (.heart, .heartFull))
    }

    private var saveButton: HTML {
        guard pageContext.viewer != nil else { return .nothing }
        return toggle("save", isOn: post.savedByViewer, labels: ("Save", "Unsave"), icons: (.save, .saveFull))
    }

    /// A form whose button does something or undoes it. It contains both icons, and the stylesheet shows one
    /// of them.
    private func toggle(_ name: String, isOn: Bool, labels: (String, String), icons: (Icon, Icon)) -> HTML {
        """
        <form method="post" action="\(url: "\(path)/\(isOn ? "un" : "")\(name)")" data-toggle="\(name)">\
        \(pageContext.tokenField)\
        <input type="hidden" name="back" value="\(returnPath)">\
        <button class="tool \(name)\(when: isOn, " on")" \
        data-labels="\(labels.0)|\(labels.1)" aria-label="\(isOn ? labels.1 : labels.0)">\
        \(icons.0.html)\(icons.1.html)</button></form>
        """
    }
}

extension Photo {
    /// The alt text, or a default text if the author wrote none.
    func alternativeText(author: AccountSummary) -> String {
        altText.isEmpty ? "Photo by \(author.username)" : altText.directionallyIsolated
    }
}

/// A rectangle in the photo's mean colour, shown while the photo loads. The colour is the first component of
/// the blurhash (https://github.com/woltapp/blurhash/blob/master/Algorithm.md). It is an SVG attribute,
/// because the content security policy forbids inline styles.
func colourPlaceholder(for photo: Photo) -> HTML {
    guard let value = Base83.decode(photo.blurhash.utf8.dropFirst(2).prefix(4)) else { return .nothing }
    let colour = UInt32(value & 0xFF_FFFF).hexadecimal(length: 6)
    return ##"<svg aria-hidden="true"><rect width="100%" height="100%" fill="#\##(colour)"></rect></svg>"##
}

/// Returns a number with its noun in the singular or the plural.
func pluralized(_ number: Int, _ singular: String, _ plural: String) -> HTML {
    "\(number) \(number == 1 ? singular : plural)"
}
