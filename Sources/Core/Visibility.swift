import Storage

/// Who may see what, written once: every query that returns people or posts has one of these in its `WHERE`. They speak
/// of the account `a`, a person or the author of a post.
///
/// A stranger is a viewer of NULL, which equals nothing.
enum Visibility {
    /// People as they stand in lists: none who block the viewer, none the viewer blocks.
    static func people(for viewer: ID<Account>?) -> SQL {
        """
        NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = a.id AND b.blocked_id = \(viewer)) \
        AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = \(viewer) AND b.blocked_id = a.id)
        """
    }

    /// A person's own page: it is there for whoever they do not block, so that one can unblock there.
    static func profile(for viewer: ID<Account>?) -> SQL {
        "NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = a.id AND b.blocked_id = \(viewer))"
    }

    /// Posts, and whatever belongs to one: of public accounts, one's own, and of private accounts that one follows.
    static func posts(for viewer: ID<Account>?) -> SQL {
        """
        (a.is_private = 0 OR a.id = \(viewer) \
        OR EXISTS (SELECT 1 FROM follows v WHERE v.follower_id = \(viewer) AND v.followee_id = a.id)) AND \(people(for: viewer))
        """
    }

    /// Posts of the feed, of people the viewer follows and their own: nobody they mute, and none who is hidden from
    /// them or from whom they hide. Following grants what a private account posts; a block ended it.
    ///
    /// The same as ``posts(for:)`` for these authors, as sets that are read once for a page and not for each post.
    static func followed(by viewer: ID<Account>) -> SQL {
        """
        p.author_id NOT IN (SELECT muted_id FROM mutes WHERE muter_id = \(viewer)) \
        AND p.author_id NOT IN (\(hidden(from: viewer)))
        """
    }

    /// Posts shown to those who did not ask for their author: of public accounts, and of nobody the viewer mutes.
    static func discoverable(for viewer: ID<Account>?) -> SQL {
        "a.is_private = 0 AND \(people(for: viewer)) AND \(unmuted(by: viewer))"
    }

    /// Posts found by a tag or by words: all that the viewer may see, but of nobody they mute. Unlike in
    /// ``discoverable(for:)``, private accounts that they follow are among them, as no stranger's search is.
    static func findable(for viewer: ID<Account>?) -> SQL {
        "\(posts(for: viewer)) AND \(unmuted(by: viewer))"
    }

    /// The people who are in no list of the viewer’s: whom they block, and who block them.
    static func hidden(from viewer: ID<Account>?) -> SQL {
        """
        SELECT blocked_id FROM blocks WHERE blocker_id = \(viewer) \
        UNION ALL SELECT blocker_id FROM blocks WHERE blocked_id = \(viewer)
        """
    }

    private static func unmuted(by viewer: ID<Account>?) -> SQL {
        "NOT EXISTS (SELECT 1 FROM mutes u WHERE u.muter_id = \(viewer) AND u.muted_id = a.id)"
    }
}
