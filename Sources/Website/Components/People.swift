import Core
import HTML
import Web

extension Visit {
    /// A person's picture, or the first letter of their name on a circle.
    func avatar(_ account: AccountSummary, isLarge: Bool = false) -> HTML {
        if let key = isLarge ? account.pictureKey : account.smallPictureKey {
            let side = isLarge ? 320 : 96
            return """
                <img class="avatar\(when: isLarge, " large")" src="\(url: site.media(key))" width="\(side)" height="\(side)" alt="" \
                loading="lazy" decoding="async">
                """
        }
        return """
            <span class="avatar\(when: isLarge, " large") tint-\(Int(account.id.value % 6))" aria-hidden="true">\(account.username.prefix(1).uppercased())</span>
            """
    }

    /// People one under the other, each with what can be done; `empty` where there are none.
    func people(_ accounts: [AccountSummary], empty: String, actions: (AccountSummary) -> HTML = { _ in .nothing }) -> HTML {
        guard !accounts.isEmpty else { return "<p class=\"empty\">\(empty)</p>" }
        let rows = accounts.map { account -> HTML in
            """
            <li>\(avatar(account))<a href="\(url: Site.profile(account.username))"><span class="name">\(account.username)</span> \
            \(account.fullName)</a>\(actions(account))</li>
            """
        }
        return "<ul class=\"people\">\(rows)</ul>"
    }

    /// Squares of posts; `empty` where there are none.
    func grid(_ posts: [Post], empty: HTML) -> HTML {
        posts.isEmpty ? empty : "<ul class=\"grid\">\(posts.map(tile))</ul>"
    }

    /// A square of a grid, leading to its post.
    private func tile(_ post: Post) -> HTML {
        guard let photo = post.photos.first else { return .nothing }
        let alt = photo.altText.isEmpty ? "Photo by \(post.author.username)" : photo.altText
        return """
            <li><a href="\(url: Site.post(post.id))"><img src="\(url: site.media(photo.thumbnailKey))" width="320" height="320" \
            alt="\(alt)" loading="lazy" decoding="async">\(when: post.photos.count > 1, manyMark(post.photos.count))</a></li>
            """
    }
}

private func manyMark(_ number: Int) -> HTML { "<span class=\"many-mark\" aria-label=\"\(number) photos\" role=\"img\">▣</span>" }
