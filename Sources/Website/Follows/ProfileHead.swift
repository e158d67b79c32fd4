import Core
import HTML
import Web

/// The top of a profile: who it is, how many, and what the viewer may do.
struct ProfileHead {
    let profile: Profile
    let visit: PageContext

    private var account: Account { profile.account }
    private var path: String { Site.profile(account.username) }

    var html: HTML {
        """
        <section class="profile" aria-label="Profile">
        \(visit.avatar(account.summary, isLarge: true))
        <div><div class="profile-head"><h1>\(account.username)</h1>\(buttons)</div>
        <ul class="counts"><li><b>\(account.postsCount)</b> \(account.postsCount == 1 ? "post" : "posts")</li>
        <li>\(counted("followers", "<b>\(account.followerCount)</b> \(account.followerCount == 1 ? "follower" : "followers")"))</li>
        <li>\(counted("following", "<b>\(account.followingCount)</b> following"))</li></ul>
        <p><span class="name">\(account.fullName)</span>\(when: !account.pronouns.isEmpty, " <span class=\"hint\">\(account.pronouns)</span>")</p>
        \(when: !account.bio.isEmpty, "<p class=\"bio\">\(linked(account.bio))</p>")
        \(when: !account.website.isEmpty, website)
        \(when: profile.relationship?.followedBy == true, "<p class=\"hint\">Follows you</p>")</div></section>
        """
    }

    /// A number that leads to its list where the viewer may see it.
    private func counted(_ list: String, _ number: HTML) -> HTML {
        let isOwn = visit.viewer?.id == account.id
        return profile.showsPosts || isOwn
            ? "<a href=\"\(url: "\(path)/\(list)")\" data-dialog>\(number)</a>" : number
    }

    private var website: HTML {
        let shown = account.website.replacing("https://", with: "").replacing("http://", with: "")
        return """
            <p><a class="link" rel="nofollow noopener ugc" href="\(url: account.website)">\(shown)</a></p>
            """
    }

    private var buttons: HTML {
        if visit.viewer?.id == account.id {
            return """
                <a class="button quiet" href="/settings/profile">Edit profile</a> <a class="button quiet" href="/saved">Saved</a>
                """
        }
        guard let relationship = profile.relationship else { return .nothing }
        if relationship.blocking { return button("unblock", "Unblock") }
        return "\(followButton(relationship))\(more(relationship))"
    }

    private func followButton(_ relationship: Relationship) -> HTML {
        let path = Site.profile(account.username)
        if relationship.following {
            return visit.followButton(account.username, isOn: true, label: "Following", back: path)
        }
        if relationship.requested {
            return visit.followButton(account.username, isOn: true, label: "Requested", back: path)
        }
        return visit.followButton(
            account.username, isOn: false, label: relationship.followedBy ? "Follow back" : "Follow",
            offLabel: relationship.followedBy ? "Follow back" : "Follow", back: path)
    }

    private func more(_ relationship: Relationship) -> HTML {
        """
        <details class="more"><summary aria-label="More about \(account.username)">More</summary><div>
        \(relationship.muting ? button("unmute", "Unmute") : button("mute", "Mute"))
        \(when: relationship.followedBy, button("remove-follower", "Remove follower"))
        \(button("block", "Block"))</div></details>
        """
    }

    private func button(_ action: String, _ label: String, style: String = "quiet") -> HTML {
        buttonForm(visit, action: "\(path)/\(action)", label: label, style: style)
    }
}
