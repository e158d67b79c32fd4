import Storage

/// Brings addresses that an earlier version kept to the form in which they are compared. What cannot be brought to it,
/// or is somebody else’s address in it, stays as it is.
enum EmailNormalization {
    private static let batch = 500

    /// Goes through the addresses that are not all of ASCII: the others were kept as they are now.
    static func normalize(in storage: any Storage) async throws {
        var last: Int64 = 0
        while true {
            let start = last
            let kept = try await storage.read { connection in
                let isOther: SQL =
                    connection.dialect == .sqlite ? "email GLOB '*[^ -~]*'" : "email ~ '[^ -~]'"
                return try connection.rows(
                    "SELECT id, email FROM accounts WHERE id > \(start) AND \(isOther) ORDER BY id LIMIT \(batch)"
                ) { (id: $0.int(), email: $0.text()) }
            }
            guard let end = kept.last?.id else { return }
            // By bytes: as texts, composed and decomposed letters are equal.
            let changes = kept.map { (id: $0.id, email: $0.email, new: EmailAddress.normalized($0.email)) }
                .filter {
                    !$0.new.utf8.elementsEqual($0.email.utf8) && EmailAddress.fault(in: $0.new) == nil
                }
            if !changes.isEmpty {
                try await storage.write { connection in
                    for (id, email, new) in changes {
                        try connection.run(
                            """
                            UPDATE accounts SET email = \(new) WHERE id = \(id) AND email = \(email)
                                AND NOT EXISTS (SELECT 1 FROM accounts WHERE email = \(new))
                            """)
                    }
                }
            }
            last = end
        }
    }
}
