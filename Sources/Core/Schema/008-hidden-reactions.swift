import Storage

extension Schema {
    /// Whether a member has ever blocked another one. Likes and comments of people whom the author of a post
    /// blocks are not shown, so every query of posts has to know; most authors never block anyone.
    static let hiddenReactions = Migration(number: 8, name: "hidden reactions") { dialect in
        """
        ALTER TABLE accounts ADD COLUMN has_blocked \(dialect.integer) NOT NULL DEFAULT 0;
        UPDATE accounts SET has_blocked = 1 WHERE id IN (SELECT blocker_id FROM blocks);
        """
    }
}
