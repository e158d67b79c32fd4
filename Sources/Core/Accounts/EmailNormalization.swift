import Storage

/// Normalizes the email addresses that earlier versions stored. An address stays as it is if it cannot be
/// normalized, or if another account has the normalized address.
enum EmailNormalization {
    private static let batch = 500

    /// Normalizes the addresses that contain non-ASCII characters; all others are in their normal form
    /// already.
    static func normalize(in storage: any Storage) async throws {
        var last: Int64 = 0
        while true {
            let start = last
            let stored = try await storage.read { connection in
                let isNotASCII: SQL =
                    connection.dialect == .sqlite ? "email GLOB '*[^ -~]*'" : "email ~ '[^ -~]'"
                return try connection.rows(
                    """
                    SELECT id, email FROM accounts WHERE id > \(start) AND \(isNotASCII)
                    ORDER BY id LIMIT \(batch)
                    """
                ) { (id: $0.int(), email: $0.text()) }
            }
            guard let end = stored.last?.id else { return }
            // Compares bytes, because `String` treats composed and decomposed letters as equal.
            let changes = stored.map { (id: $0.id, email: $0.email, new: EmailAddress.normalized($0.email)) }
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
