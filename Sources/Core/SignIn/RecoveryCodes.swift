import Crypto
import Encodings
import Storage

/// Codes for people who lost their authenticator app. Each signs in once.
enum RecoveryCodes {
    static let count = 10

    /// Replaces the codes of an account by new ones, and returns them. They cannot be shown again, because
    /// only their hashes are stored.
    static func replace(of account: ID<Account>, in connection: any Connection) throws -> [String] {
        let codes = (0..<count).map { _ in random() }
        try remove(of: account, in: connection)
        for code in codes {
            try connection.run(
                "INSERT INTO recovery_codes (account_id, hash) VALUES (\(account), \(hash(of: code)))")
        }
        return codes
    }

    /// Uses up a code. Returns false if it is wrong or was used before.
    static func use(
        _ code: String, of account: ID<Account>, at time: Int64, in connection: any Connection
    ) throws -> Bool {
        try connection.run(
            """
            UPDATE recovery_codes SET used_at = \(time)
            WHERE account_id = \(account) AND hash = \(hash(of: code)) AND used_at IS NULL
            """) == 1
    }

    static func remove(of account: ID<Account>, in connection: any Connection) throws {
        try connection.run("DELETE FROM recovery_codes WHERE account_id = \(account)")
    }

    static func unusedCount(of account: ID<Account>, in connection: any Connection) throws -> Int {
        Int(
            try connection.int(
                "SELECT count(*) FROM recovery_codes WHERE account_id = \(account) AND used_at IS NULL")
                ?? 0)
    }

    /// 80 random bits, such as `ABCD-EFGH-IJKL-MNOP`.
    private static func random() -> String {
        let key = SymmetricKey(size: SymmetricKeySize(bitCount: 80))
        let text = Base32.encode(key.withUnsafeBytes { Array($0) })
        return stride(from: 0, to: text.count, by: 4).map { String(text.dropFirst($0).prefix(4)) }
            .joined(separator: "-")
    }

    /// Plain SHA-256 is enough, because nobody can guess 80 random bits. People may type a code in lower case
    /// and with other separators.
    private static func hash(of code: String) -> [UInt8] {
        Secret(code.uppercased().filter { $0.isLetter || $0.isNumber }).hash
    }
}
