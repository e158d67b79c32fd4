import Core
import HTML
import Web

/// A post as it stands in the feed and on its own page.
struct PostCard {
    let post: Post
    let pageContext: PageContext
    /// Where likes lead back to.
    let returnTo: String
    /// Whether its first photo loads at once; others wait until they come near.
    var isFirst = false
    /// Who liked it and what was said, in the feed.
    var preview: PostPreview?

    private var path: String { Site.post(post.id) }
    private var isInFeed: Bool { preview != nil }

    var html: HTML {
        """
        <article class="card" id="post-\(post.id.value)" data-post="\(url: path)">
        <header class="card-head">\(pageContext.avatar(post.author))<div><a class="name" href="\(url: Site.profile(post.author.username))">\
        \(post.author.username)</a> <span class="dot" aria-hidden="true">·</span> <a class="time" href="\(url: path)">\
        <time datetime="\(time.rfc3339)">\(time.dayName)</time></a>\(place)</div></header>
        \(photos)
        <div class="actions">\(likeButton)<a class="tool" href="\(url: "\(path)#text")" data-comment>\(Icon.comment.html)\
        <span class="visually-hidden">Comment</span></a><a class="tool" href="\(url: path)" data-share>\(Icon.share.html)\
        <span class="visually-hidden">Share</span></a>\(saveButton)</div>
        <p class="likes" data-likes="\(post.likesCount)">\(likes)</p>
        \(when: !post.caption.isEmpty, caption)
        \(when: isInFeed, comments)
        </article>
        """
    }

    private var time: Timestamp { Timestamp(post.createdAt) }

    private var place: HTML {
        post.location.isEmpty ? .nothing : "<span class=\"place\">\(post.location)</span>"
    }

    // MARK: - Photos

    private var photos: HTML {
        guard post.photos.count > 1 else {
            return
                "<div class=\"photos\" data-doubletap>\(post.photos.map { picture($0, isEager: isFirst) })</div>"
        }
        let dots = post.photos.indices.map { "<i\(when: $0 == 0, " class=\"on\"")></i>" as HTML }
        return """
            <div class="carousel"><div class="photos many" tabindex="0" role="group" aria-label="\(post.photos.count) photos" data-doubletap>\
            \(post.photos.enumerated().map { picture($1, isEager: isFirst && $0 == 0) })</div>
            <button class="arrow left" type="button" aria-label="Previous photo" hidden>\(Icon.left.html)</button>\
            <button class="arrow right" type="button" aria-label="Next photo" hidden>\(Icon.right.html)</button>
            <div class="dots" aria-hidden="true">\(dots)</div></div>
            """
    }

    private func picture(_ photo: Photo, isEager: Bool) -> HTML {
        let shown = photo.renditions.first { $0.width <= 1080 } ?? photo.renditions[0]
        return """
            <span class="frame">\(colourPlaceholder(for: photo))<img src="\(url: pageContext.site.media(photo.key(shown)))" \
            srcset="\(sources(of: photo))" sizes="(min-width: 518px) 470px, 100vw" \
            width="\(shown.width)" height="\(shown.height)" alt="\(photo.alternativeText(author: post.author))" \
            \(when: isEager, "fetchpriority=\"high\"")\(when: !isEager, "loading=\"lazy\"") decoding="async"></span>
            """
    }

    /// The renditions as `srcset` has them, written in one go, but for those wider than a card can use: 1080 pixels are a
    /// phone's width three times over.
    private func sources(of photo: Photo) -> String {
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

    // MARK: - Words

    private var caption: HTML {
        // Two lines are shown, and the rest when it is pageRequest for.
        let isLong = isInFeed && (post.caption.utf8.count > 140 || post.caption.utf8.contains(10))
        let name: HTML =
            "<a class=\"name\" href=\"\(url: Site.profile(post.author.username))\">\(post.author.username)</a>"
        return """
            <div class="caption\(when: isLong, " folded")"><p>\(name) \(linkified(post.caption))</p>\
            \(when: isLong, "<a class=\"quiet-link\" href=\"\(url: path)\" data-unfold>more</a>")</div>
            """
    }

    private var likes: HTML {
        guard post.likesCount > 0 else { return "Be the first to like this" }
        let address = "\(path)/likes"
        guard let name = preview?.likedBy else {
            return "<a href=\"\(url: address)\" data-dialog>\(pluralized(post.likesCount, "like", "likes"))</a>"
        }
        let who: HTML = "Liked by <a href=\"\(url: Site.profile(name))\">\(name)</a>"
        guard post.likesCount > 1 else { return who }
        return
            "\(who) and <a href=\"\(url: address)\" data-dialog>\(pluralized(post.likesCount - 1, "other", "others"))</a>"
    }

    private var comments: HTML {
        let lines = (preview?.comments ?? []).map { line -> HTML in
            """
            <li><a class="name" href="\(url: Site.profile(line.author))">\(line.author)</a> \(linkified(line.text))</li>
            """
        }
        let more = post.commentsCount - lines.count
        return """
            \(when: more > 0, "<p><a class=\"quiet-link\" href=\"\(url: path)#comments\">View all \(post.commentsCount) comments</a></p>")\
            <ul class="lines">\(lines)</ul>
            <form class="comment-form" method="post" action="\(url: "\(path)/comments")">\(pageContext.tokenField)\
            <label class="visually-hidden" for="text-\(post.id.value)">Add a comment</label>\
            <textarea id="text-\(post.id.value)" name="text" rows="1" maxlength="\(Comment.textLimit)" required placeholder="Add a comment…"></textarea>\
            <button class="plain accent">Post</button></form>
            """
    }

    // MARK: - Buttons

    private var likeButton: HTML {
        guard pageContext.viewer != nil else {
            return "<a class=\"tool\" href=\"/login\">\(Icon.heart.html)<span>Sign in to like</span></a>"
        }
        return toggle(
            "like", isOn: post.likedByViewer, labels: ("Like", "Unlike"), icons: (.heart, .heartFull))
    }

    private var saveButton: HTML {
        guard pageContext.viewer != nil else { return .nothing }
        return toggle("save", isOn: post.savedByViewer, labels: ("Save", "Unsave"), icons: (.save, .saveFull))
    }

    /// A form whose button does a thing or takes it back; both icons are there, and the stylesheet shows the right one.
    private func toggle(_ name: String, isOn: Bool, labels: (String, String), icons: (Icon, Icon)) -> HTML {
        """
        <form method="post" action="\(url: "\(path)/\(isOn ? "un" : "")\(name)")" data-toggle="\(name)">\(pageContext.tokenField)\
        <input type="hidden" name="back" value="\(back)"><button class="tool \(name)\(when: isOn, " on")" \
        data-labels="\(labels.0)|\(labels.1)" aria-label="\(isOn ? labels.1 : labels.0)">\(icons.0.html)\(icons.1.html)</button></form>
        """
    }
}

extension Photo {
    /// What stands where the photo cannot be seen.
    func described(by author: AccountSummary) -> String {
        altText.isEmpty ? "Photo by \(author.username)" : altText
    }
}

/// The photo's mean colour, shown while it loads: the first component of its blurhash
/// (https://github.com/woltapp/blurhash/blob/master/Algorithm.md). An attribute and no style, as the content security
/// policy forbids these.
func groundColour(of photo: Photo) -> HTML {
    var value = 0
    for letter in photo.blurhash.utf8.dropFirst(2).prefix(4) {
        guard let digit = base83[letter] else { return .nothing }
        value = value * 83 + digit
    }
    let digits = String(value & 0xFF_FFFF, radix: 16)
    let colour = String(repeating: "0", count: 6 - digits.count) + digits
    return "<svg aria-hidden=\"true\"><rect width=\"100%\" height=\"100%\" fill=\"#\(colour)\"></rect></svg>"
}

private let base83: [UInt8: Int] = {
    let alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
    return Dictionary(uniqueKeysWithValues: alphabet.utf8.enumerated().map { ($1, $0) })
}()

/// A number with its word.
func count(_ number: Int, _ one: String, _ many: String) -> HTML { "\(number) \(number == 1 ? one : many)" }
