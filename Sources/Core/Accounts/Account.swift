/// A member of the community, as everybody may see them.
package struct Account: Sendable {
    package let id: ID<Account>
    package let username: String
    package let fullName: String
    package let bio: String
    package let website: String
    package let pronouns: String
    package let postsCount: Int
    package let followerCount: Int
    package let followingCount: Int
    /// Milliseconds since 1970.
    package let createdAt: Int64
}

/// The little of an account that stands beside a post or a comment.
package struct AccountSummary: Sendable, Equatable {
    package let id: ID<Account>
    package let username: String
    package let fullName: String

    package init(id: ID<Account>, username: String, fullName: String) {
        self.id = id
        self.username = username
        self.fullName = fullName
    }
}

/// What somebody fills in to become a member.
package struct Registration: Sendable {
    package var email: String
    package var fullName: String
    package var username: String
    package var password: String

    package init(email: String, fullName: String, username: String, password: String) {
        self.email = email
        self.fullName = fullName
        self.username = username
        self.password = password
    }
}
