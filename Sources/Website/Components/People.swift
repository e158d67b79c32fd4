import Core
import HTML
import Web

/// A person's picture, or the first letter of their name on a circle.
func avatar(_ account: AccountSummary, style: String = "") -> HTML {
    if let key = account.pictureKey {
        return """
            <img class="avatar \(style)" src="\(url: Site.media(key))" width="320" height="320" alt="" loading="lazy" decoding="async">
            """
    }
    return """
        <span class="avatar \(style) tint-\(Int(account.id.value % 6))" aria-hidden="true">\(account.username.prefix(1).uppercased())</span>
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
