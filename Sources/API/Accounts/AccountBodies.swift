import Core
import Web

/// The JSON form of an account.
struct UserBody: JSONWritable {
    let account: Account
    let site: Site
    /// The relationship with the viewer. Omitted for visitors and for the viewer's own account.
    var relationship: Relationship?
    /// Only present for the viewer's own account.
    var email: String?

    func write(to json: inout JSONText) {
        json.object { json in
            account.summary.writeFields(to: &json, at: site)
            json.field("bio", account.bio)
            json.field("website", account.website)
            json.field("pronouns", account.pronouns)
            json.field("isPrivate", account.isPrivate)
            json.field("postsCount", account.postsCount)
            json.field("followerCount", account.followerCount)
            json.field("followingCount", account.followingCount)
            json.field("createdAt", Timestamp(account.createdAt).rfc3339)
            if let relationship { json.field("relationship", relationship) }
            if let email { json.field("email", email) }
        }
    }
}

extension Relationship: JSONWritable {
    package func write(to json: inout JSONText) {
        json.object { json in
            json.field("following", following)
            json.field("requested", requested)
            json.field("followedBy", followedBy)
            json.field("requestedBy", requestedBy)
            json.field("blocking", blocking)
            json.field("muting", muting)
        }
    }
}

/// The JSON form of an account summary, as shown with a post or a comment.
struct SummaryBody: JSONWritable {
    let account: AccountSummary
    let site: Site

    func write(to json: inout JSONText) { json.object { account.writeFields(to: &$0, at: site) } }
}

extension AccountSummary {
    fileprivate func writeFields(to json: inout JSONText, at site: Site) {
        json.field("id", id.description)
        json.field("username", username)
        json.field("fullName", fullName)
        json.field("profilePictureUrl", orNull: pictureKey.map { site.absoluteMedia($0) })
    }
}
