import Core
import Web

/// A member in JSON.
struct UserBody: Encodable, Sendable {
    struct Relationship: Encodable, Sendable {
        let following: Bool
        var requested = false
        let followedBy: Bool
        var blocking = false
        var muting = false
    }

    let id: ID<Account>
    let username: String
    let fullName: String
    let bio: String
    let website: String
    let pronouns: String
    let profilePictureUrl = Nullable<String>(value: nil)
    let isPrivate = false
    let postsCount: Int
    let followerCount: Int
    let followingCount: Int
    let createdAt: String
    let relationship: Relationship?
    /// Only in one's own.
    let email: String?

    init(_ account: Account, relationship: Core.Relationship? = nil, email: String? = nil) {
        id = account.id
        username = account.username
        fullName = account.fullName
        bio = account.bio
        website = account.website
        pronouns = account.pronouns
        postsCount = account.postsCount
        followerCount = account.followerCount
        followingCount = account.followingCount
        createdAt = Timestamp(account.createdAt).rfc3339
        self.relationship = relationship.map { Relationship(following: $0.following, followedBy: $0.followedBy) }
        self.email = email
    }
}

/// The little of a member that stands beside a post or a comment.
struct UserSummaryBody: Encodable, Sendable {
    let id: ID<Account>
    let username: String
    let fullName: String
    let profilePictureUrl = Nullable<String>(value: nil)

    init(_ account: AccountSummary) {
        id = account.id
        username = account.username
        fullName = account.fullName
    }
}
