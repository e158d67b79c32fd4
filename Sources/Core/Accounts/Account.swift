import Storage

/// The public data of a member's account.
package struct Account: Sendable {
    package let summary: AccountSummary
    package let bio: String
    package let website: String
    package let pronouns: String
    /// Whether the member approves followers, and only followers see the posts.
    package let isPrivate: Bool
    package let postsCount: Int
    package let followerCount: Int
    package let followingCount: Int
    /// Milliseconds since 1970.
    package let createdAt: Int64

    package var id: ID<Account> { summary.id }
    package var username: String { summary.username }
    package var fullName: String { summary.fullName }
    /// The key prefix of the profile picture; nil without a picture.
    package var picture: String? { summary.picture }
}

extension Account: RowReadable {
    package static let columns: SQL = columns(followers: "a.follower_count", following: "a.following_count")

    /// The columns, with counts that equal the lists that `viewer` sees: without hidden people.
    static func columns(for viewer: ID<Account>?) -> SQL {
        columns(
            followers: """
                a.follower_count - (SELECT count(*) FROM follows h WHERE h.followee_id = a.id \
                AND h.follower_id IN (\(Visibility.hidden(from: viewer))))
                """,
            following: """
                a.following_count - (SELECT count(*) FROM follows h WHERE h.follower_id = a.id \
                AND h.followee_id IN (\(Visibility.hidden(from: viewer))))
                """)
    }

    private static func columns(followers: SQL, following: SQL) -> SQL {
        """
        \(AccountSummary.columns), a.bio, a.website, a.pronouns, a.is_private, a.posts_count, \(followers), \
        \(following), a.created_at
        """
    }

    package init(_ row: inout RowReader) {
        summary = row.value()
        bio = row.text()
        website = row.text()
        pronouns = row.text()
        isPrivate = row.bool()
        postsCount = row.count()
        followerCount = row.count()
        followingCount = row.count()
        createdAt = row.int()
    }
}

/// The form that a new member fills in.
package struct Registration: Sendable {
    package var email: String
    package var fullName: String
    package var username: String
    package var password: String
    /// The invitation, if registration needs one.
    package var invite: String

    package init(email: String, fullName: String, username: String, password: String, invite: String = "") {
        self.email = email
        self.fullName = fullName
        self.username = username
        self.password = password
        self.invite = invite
    }

    /// The request with this key to create `account`. Its fingerprint does not contain the password, because
    /// a hash that is quick to compute would help to guess it.
    func request(_ key: RequestKey?, by account: ID<Account>) -> KeyedRequest? {
        KeyedRequest(key, by: account, to: "account", contents: [email, fullName, username, invite])
    }
}

/// Changes to a profile; nil leaves a field unchanged.
package struct ProfileEdit: Sendable {
    package static let fullNameLimit = 64
    package static let bioLimit = 150
    package static let websiteLimit = 200
    package static let pronounsLimit = 30

    package var fullName: String?
    package var bio: String?
    package var website: String?
    package var pronouns: String?
    package var isPrivate: Bool?

    package init(
        fullName: String? = nil, bio: String? = nil, website: String? = nil, pronouns: String? = nil,
        isPrivate: Bool? = nil
    ) {
        self.fullName = fullName
        self.bio = bio
        self.website = website
        self.pronouns = pronouns
        self.isPrivate = isPrivate
    }

    func checked() throws(Problem) -> ProfileEdit {
        var edit = self
        edit.fullName = fullName?.trimmed
        edit.bio = bio?.prose
        let website = website?.trimmed
        edit.website = website.map(Self.withScheme)
        edit.pronouns = pronouns?.trimmed
        var check = FieldCheck()
        check.add(
            "fullName",
            edit.fullName.flatMap {
                TextLimit.fault(in: $0, named: "A full name", atMost: Self.fullNameLimit, as: .line)
            })
        check.add(
            "bio",
            edit.bio.flatMap { TextLimit.fault(in: $0, named: "A bio", atMost: Self.bioLimit, as: .prose) })
        check.add(
            "website",
            // The limit applies to the text as typed, before a scheme is added.
            website.flatMap {
                TextLimit.fault(in: $0, named: "A website", atMost: Self.websiteLimit, as: .line)
            } ?? edit.website.flatMap(Self.fault))
        check.add(
            "pronouns",
            edit.pronouns.flatMap {
                TextLimit.fault(in: $0, named: "Pronouns", atMost: Self.pronounsLimit, as: .line)
            })
        try check.finish()
        return edit
    }

    /// The website, with `https://` if the user left out the scheme, as most people do.
    private static func withScheme(_ typed: String) -> String {
        typed.isEmpty || typed.contains("://") ? typed : "https://\(typed)"
    }

    private static func fault(in website: String) -> String? {
        guard !website.isEmpty else { return nil }
        let isLink = website.hasPrefix("https://") || website.hasPrefix("http://")
        let host = website.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard isLink, host.contains("."), !host.contains("@"),
            !website.contains(where: { $0.isWhitespace || $0 == "\\" })
        else {
            return "Enter a website like https://example.org."
        }
        return nil
    }
}
