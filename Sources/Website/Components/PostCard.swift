import Core
import HTML
import Web

/// A post as it stands in the feed and on its own page.
struct PostCard {
    let post: Post
    let visit: Visit
    /// Where likes lead back to.
    let back: String
    /// How many photos of a page load at once; the rest wait until they come near.
    var isFirst = false

    var html: HTML {
        """
        <article class="card" id="post-\(post.id.value)">
        <header class="card-head">\(visit.avatar(post.author)) <a class="name" href="\(url: Site.profile(post.author.username))">\
        \(post.author.username)</a>\(place)</header>
        <div class="photos\(when: post.photos.count > 1, " many")"\(when: post.photos.count > 1, " tabindex=\"0\" role=\"group\" aria-label=\"\(post.photos.count) photos\"")>\
        \(post.photos.enumerated().map { picture($1, isEager: isFirst && $0 == 0) })</div>
        <div class="actions">\(likeButton)<a href="\(url: Site.post(post.id))#comments">\(commentsLabel)</a>\(saveButton)</div>
        <p class="likes">\(likes)</p>
        \(when: !post.caption.isEmpty, caption)
        <p class="time"><a href="\(url: Site.post(post.id))"><time datetime="\(time.rfc3339)">\(time.dayName)</time></a></p>
        </article>
        """
    }

    private var time: Timestamp { Timestamp(post.createdAt) }

    private var place: HTML {
        post.location.isEmpty ? .nothing : "<span class=\"place\">\(post.location)</span>"
    }

    private var caption: HTML {
        """
        <p class="caption"><a class="name" href="\(url: Site.profile(post.author.username))">\(post.author.username)</a> \
        \(linked(post.caption))</p>
        """
    }

    private var likes: HTML {
        guard post.likesCount > 0 else { return "0 likes" }
        return "<a href=\"\(url: "\(Site.post(post.id))/likes")\">\(count(post.likesCount, "like", "likes"))</a>"
    }

    private var saveButton: HTML {
        guard visit.viewer != nil else { return .nothing }
        let path = Site.post(post.id)
        return post.savedByViewer
            ? buttonForm(visit, action: "\(path)/unsave", label: "Saved", style: "plain saved", back: back)
            : buttonForm(visit, action: "\(path)/save", label: "Save", back: back)
    }

    private var commentsLabel: HTML {
        switch post.commentsCount {
        case 0: "Comment"
        case 1: "1 comment"
        default: "\(post.commentsCount) comments"
        }
    }

    private var likeButton: HTML {
        guard visit.viewer != nil else { return "<a href=\"/login\">Sign in to like</a>" }
        let path = Site.post(post.id)
        return post.likedByViewer
            ? buttonForm(visit, action: "\(path)/unlike", label: "♥ Liked", style: "plain liked", back: back)
            : buttonForm(visit, action: "\(path)/like", label: "♡ Like", back: back)
    }

    private func picture(_ photo: Photo, isEager: Bool) -> HTML {
        let shown = photo.renditions.first { $0.width <= 1080 } ?? photo.renditions[0]
        return """
            <img src="\(url: visit.site.media(photo.key(shown)))" srcset="\(sources(of: photo))" sizes="(min-width: 518px) 470px, 100vw" \
            width="\(shown.width)" height="\(shown.height)" alt="\(altText(photo))" \
            \(when: isEager, "fetchpriority=\"high\"")\(when: !isEager, "loading=\"lazy\"") decoding="async">
            """
    }

    /// The renditions as `srcset` has them, written in one go.
    private func sources(of photo: Photo) -> String {
        var text = ""
        text.reserveCapacity(photo.renditions.count * 64)
        for rendition in photo.renditions {
            if !text.isEmpty { text += ", " }
            text += visit.site.mediaRoot
            photo.appendKey(of: rendition, to: &text)
            text += " "
            text += String(rendition.width)
            text += "w"
        }
        return text
    }

    private func altText(_ photo: Photo) -> String {
        photo.altText.isEmpty ? "Photo by \(post.author.username)" : photo.altText
    }
}

/// A number with its word.
func count(_ number: Int, _ one: String, _ many: String) -> HTML { "\(number) \(number == 1 ? one : many)" }
