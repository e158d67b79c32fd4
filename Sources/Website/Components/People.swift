import Core
import HTML
import Web

extension PageContext {
    /// The profile picture, or the first letter of the username on a coloured circle.
    func avatar(_ account: AccountSummary, isLarge: Bool = false) -> HTML {
        if let key = isLarge ? account.pictureKey : account.smallPictureKey {
            let side = isLarge ? 320 : 96
            return """
                <img class="avatar\(when: isLarge, " large")" src="\(url: site.media(key))" \
                width="\(side)" height="\(side)" alt="" loading="lazy" decoding="async">
                """
        }
        let initial = account.username.prefix(1).uppercased()
        return """
            <span class="avatar\(when: isLarge, " large") tint-\(Int(account.id.value % 6))" \
            aria-hidden="true">\
            \(initial)</span>
            """
    }

    /// A list of people, each with actions; the text `empty` if there are none.
    func people(
        _ accounts: [AccountSummary], empty: String, actions: (AccountSummary) -> HTML = { _ in .nothing }
    ) -> HTML {
        guard !accounts.isEmpty else { return #"<p class="empty">\#(empty)</p>"# }
        let rows = accounts.map { account -> HTML in
            """
            <li>\(avatar(account))<a href="\(url: Site.profile(account.username))">\
            <span class="name">\(written(account.username))</span> \
            <span class="full-name">\(written(account.fullName))</span></a>\(actions(account))</li>
            """
        }
        return #"<ul class="people" data-list>\#(rows)</ul>"#
    }

    /// The button that follows or unfollows an account.
    /// - Parameters:
    ///   - label: The current label.
    ///   - offLabel: The label when the account is not followed.
    func followButton(
        _ username: String, isOn: Bool, label: String, offLabel: String = "Follow",
        returnTo returnPath: String
    ) -> HTML {
        let path = Site.profile(username)
        return """
            <form method="post" action="\(url: "\(path)/\(isOn ? "unfollow" : "follow")")" \
            data-toggle="follow">\
            \(tokenField)\
            <input type="hidden" name="back" value="\(returnPath)">\
            <button class="button\(when: isOn, " on")" \
            data-labels="\(offLabel)|\(isOn ? label : "Following")">\(label)</button></form>
            """
    }

    /// A list of people, each with a follow button, except the viewer.
    func followList(_ accounts: [AccountSummary], empty: String, community: Community) async throws -> HTML {
        guard let viewer else { return people(accounts, empty: empty) }
        let followStates = try await community.follows.followStates(of: accounts, for: viewer)
        return people(accounts, empty: empty) { account in
            guard account.id != viewer.id else { return .nothing }
            let state = followStates[account.id]
            let label =
                switch state {
                case .following: "Following"
                case .requested: "Requested"
                case nil: "Follow"
                }
            return followButton(account.username, isOn: state != nil, label: label, returnTo: path)
        }
    }

    /// A grid of posts, or `empty` if there are none.
    func grid(_ posts: [Post], empty: HTML) -> HTML {
        posts.isEmpty ? empty : #"<ul class="grid" data-list>\#(posts.map(tile))</ul>"#
    }

    /// A square of a grid that links to its post. It shows the counts of likes and comments on hover.
    private func tile(_ post: Post) -> HTML {
        guard let photo = post.photos.first else { return .nothing }
        return """
            <li><a href="\(url: Site.post(post.id))" data-dialog="post"><span class="frame">\
            \(colourPlaceholder(for: photo))\
            <img src="\(url: site.media(photo.thumbnailKey))" width="320" height="320" \
            alt="\(photo.alternativeText(author: post.author))" loading="lazy" decoding="async"></span>\
            \(when: post.photos.count > 1, multiplePhotosBadge(post.photos.count))\
            <span class="counts-over" aria-hidden="true">\(Icon.heartFull.html) \(post.likesCount) \
            \(Icon.comment.html) \(post.commentsCount)</span></a></li>
            """
    }
}

private func multiplePhotosBadge(_ number: Int) -> HTML {
    """
    <span class="many-mark"><span class="visually-hidden">\(number) photos</span>\(Icon.many.html)</span>
    """
}
