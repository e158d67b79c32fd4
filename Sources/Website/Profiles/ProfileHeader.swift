import Core
import HTML
import Web

/// The top of a profile: picture, names, counts, bio, and buttons for what the viewer can do.
struct ProfileHeader {
    let profile: Profile
    let pageContext: PageContext

    private var account: Account { profile.account }
    private var path: String { Site.profile(account.username) }

    var html: HTML {
        """
        <section class="profile" aria-label="Profile">
        \(pageContext.avatar(account.summary, isLarge: true))
        <div><div class="profile-head"><h1>\(account.username)</h1>\(buttons)</div>
        <ul class="counts"><li>\(posts)</li>
        <li>\(listLink("followers", followers))</li>
        <li>\(listLink("following", "<b>\(account.followingCount)</b> following"))</li></ul>
        <p><span class="name">\(written(account.fullName))</span>\
        \(when: !account.pronouns.isEmpty, #" <span class="hint">\#(written(account.pronouns))</span>"#)</p>
        \(when: !account.bio.isEmpty, writtenParagraph(account.bio, style: "bio"))
        \(when: !account.website.isEmpty, website)
        \(when: profile.relationship?.followedBy == true, #"<p class="hint">Follows you</p>"#)</div></section>
        """
    }

    private var posts: HTML {
        "<b>\(account.postsCount)</b> \(account.postsCount == 1 ? "post" : "posts")"
    }

    private var followers: HTML {
        "<b>\(account.followerCount)</b> \(account.followerCount == 1 ? "follower" : "followers")"
    }

    /// Links a count to its list, if the viewer may see that list.
    private func listLink(_ list: String, _ count: HTML) -> HTML {
        let isOwn = pageContext.viewer?.id == account.id
        return profile.showsPosts || isOwn
            ? #"<a href="\#(url: "\(path)/\(list)")" data-dialog>\#(count)</a>"# : count
    }

    private var website: HTML {
        let displayText = account.website.replacing("https://", with: "").replacing("http://", with: "")
        return """
            <p><a class="link" rel="nofollow noopener ugc" href="\(url: account.website)">\
            \(written(displayText))</a></p>
            """
    }

    private var buttons: HTML {
        if pageContext.viewer?.id == account.id {
            return """
                <a class="button quiet" href="/settings/profile">Edit profile</a> \
                <a class="button quiet" href="/saved">Saved</a>
                """
        }
        guard let relationship = profile.relationship else { return .nothing }
        if relationship.blocking { return button("unblock", "Unblock") }
        return "\(followButton(relationship))\(menu(relationship))"
    }

    private func followButton(_ relationship: Relationship) -> HTML {
        let path = Site.profile(account.username)
        if relationship.following {
            return pageContext.followButton(account.username, isOn: true, label: "Following", returnTo: path)
        }
        if relationship.requested {
            return pageContext.followButton(account.username, isOn: true, label: "Requested", returnTo: path)
        }
        return pageContext.followButton(
            account.username, isOn: false, label: relationship.followedBy ? "Follow back" : "Follow",
            offLabel: relationship.followedBy ? "Follow back" : "Follow", returnTo: path)
    }

    private func menu(_ relationship: Relationship) -> HTML {
        """
        <details class="more"><summary aria-label="More options for \(account.username)">More</summary><div>
        \(relationship.muting ? button("unmute", "Unmute") : button("mute", "Mute"))
        \(when: relationship.followedBy, button("remove-follower", "Remove follower"))
        \(button("block", "Block"))</div></details>
        """
    }

    private func button(_ action: String, _ label: String, style: String = "quiet") -> HTML {
        buttonForm(pageContext, action: "\(path)/\(action)", label: label, style: style)
    }
}
