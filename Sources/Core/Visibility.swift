import Storage

/// The conditions that decide who may see what. Every query that returns people or posts has one of them in
/// its `WHERE`. They apply to the account `a`, which is a person or the author of a post.
///
/// For a visitor who is not signed in, the viewer is NULL, which equals nothing.
enum Visibility {
    /// People in lists: nobody who blocks the viewer, and nobody whom the viewer blocks.
    static func people(for viewer: ID<Account>?) -> SQL {
        """
        NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = a.id AND b.blocked_id = \(viewer)) \
        AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = \(viewer) AND b.blocked_id = a.id)
        """
    }

    /// A person's profile: everybody whom they do not block may see it, so that viewers who block them can
    /// unblock them there.
    static func profile(for viewer: ID<Account>?) -> SQL {
        "NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = a.id AND b.blocked_id = \(viewer))"
    }

    /// Posts and everything that belongs to them: of public accounts, of the viewer, and of private accounts
    /// that the viewer follows.
    static func posts(for viewer: ID<Account>?) -> SQL {
        """
        (a.is_private = 0 OR a.id = \(viewer) \
        OR EXISTS (SELECT 1 FROM follows v WHERE v.follower_id = \(viewer) AND v.followee_id = a.id)) \
        AND \(people(for: viewer))
        """
    }

    /// Posts of the feed, where the query itself selects the viewer and the people whom the viewer follows:
    /// no posts of authors whom the viewer mutes or blocks, or who block the viewer. Followers may see the
    /// posts of private accounts, and a block ends the follow, so this needs no condition about private
    /// accounts.
    ///
    /// For these authors it equals ``posts(for:)`` without muted authors, as sets that are read once for a
    /// page and not for each post.
    static func followed(by viewer: ID<Account>) -> SQL {
        """
        p.author_id NOT IN (SELECT muted_id FROM mutes WHERE muter_id = \(viewer)) \
        AND p.author_id NOT IN (\(hidden(from: viewer)))
        """
    }

    /// Posts for viewers who did not choose their author: of public accounts that the viewer does not mute.
    static func discoverable(for viewer: ID<Account>?) -> SQL {
        "a.is_private = 0 AND \(people(for: viewer)) AND \(notMuted(by: viewer))"
    }

    /// Posts found by a tag or by words: all that the viewer may see, except of authors whom the viewer
    /// mutes. Unlike ``discoverable(for:)``, they include posts of private accounts that the viewer follows.
    static func findable(for viewer: ID<Account>?) -> SQL {
        "\(posts(for: viewer)) AND \(notMuted(by: viewer))"
    }

    /// Selects the people who are hidden from the viewer's lists: those whom the viewer blocks, and those who
    /// block them.
    static func hidden(from viewer: ID<Account>?) -> SQL {
        """
        SELECT blocked_id FROM blocks WHERE blocker_id = \(viewer) \
        UNION ALL SELECT blocker_id FROM blocks WHERE blocked_id = \(viewer)
        """
    }

    /// Comments and likes on the post `p` by `a`: not by people whom the author of the post blocks. They
    /// disappear for everybody while the block lasts.
    static let reactions: SQL = """
        NOT EXISTS (SELECT 1 FROM blocks w WHERE w.blocker_id = p.author_id AND w.blocked_id = a.id)
        """

    /// The number of rows of `table` for the post `p` whose `column` is a person who is hidden from the
    /// viewer or blocked by the author of the post. The query must have `accounts a` for that author. It
    /// looks rows up only if there are such people.
    static func hiddenReactions(in table: SQL, by column: SQL, from viewer: ID<Account>?) -> SQL {
        """
        CASE WHEN a.has_blocked = 1 OR EXISTS (\(hidden(from: viewer))) \
        THEN (SELECT count(*) FROM \(table) h WHERE h.post_id = p.id AND h.\(column) IN (\
        \(hidden(from: viewer)) UNION ALL SELECT blocked_id FROM blocks WHERE blocker_id = p.author_id)) \
        ELSE 0 END
        """
    }

    /// The number of likes of the comment `c` on the post `p` by people who are hidden from the viewer, or
    /// blocked by the author of the post or of the comment. The query must have `accounts a` for the author
    /// of the comment.
    static func hiddenCommentLikes(from viewer: ID<Account>?) -> SQL {
        """
        CASE WHEN a.has_blocked = 1 OR EXISTS (\(hidden(from: viewer))) \
        OR EXISTS (SELECT 1 FROM accounts o WHERE o.id = p.author_id AND o.has_blocked = 1) \
        THEN (SELECT count(*) FROM comment_likes h WHERE h.comment_id = c.id AND h.account_id IN (\
        \(hidden(from: viewer)) \
        UNION ALL SELECT blocked_id FROM blocks WHERE blocker_id IN (c.author_id, p.author_id))) \
        ELSE 0 END
        """
    }

    private static func notMuted(by viewer: ID<Account>?) -> SQL {
        "NOT EXISTS (SELECT 1 FROM mutes u WHERE u.muter_id = \(viewer) AND u.muted_id = a.id)"
    }
}
