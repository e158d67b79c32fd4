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

    /// Posts shown to those who did not ask for their author: of public accounts, and of nobody the viewer mutes.
    static func discoverable(for viewer: ID<Account>?) -> SQL {
        """
        a.is_private = 0 AND \(people(for: viewer)) \
        AND NOT EXISTS (SELECT 1 FROM mutes u WHERE u.muter_id = \(viewer) AND u.muted_id = a.id)
        """
    }
}
