import Core
import Web

/// A member in JSON.
struct UserBody: JSONWritable {
    let account: Account
    /// Left out for a stranger and in one's own.
    var relationship: Relationship?
    /// Only in one's own.
    var email: String?

    func write(to json: inout JSONText) {
        json.object { json in
            AccountSummary(account).writeFields(to: &json)
            json.field("bio", account.bio)
            json.field("website", account.website)
            json.field("pronouns", account.pronouns)
            json.field("isPrivate", false)
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
            json.field("requested", false)
            json.field("followedBy", followedBy)
            json.field("blocking", false)
            json.field("muting", false)
        }
    }
}

/// The little of a member that stands beside a post or a comment.
extension AccountSummary: JSONWritable {
    init(_ account: Account) {
        self.init(id: account.id, username: account.username, fullName: account.fullName)
    }

    package func write(to json: inout JSONText) { json.object { writeFields(to: &$0) } }

    fileprivate func writeFields(to json: inout JSONText) {
        json.field("id", id.description)
        json.field("username", username)
        json.field("fullName", fullName)
        json.field("profilePictureUrl", orNull: nil)
    }
}
