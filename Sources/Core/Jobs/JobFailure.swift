import MediaStorage
import Storage

/// What happens next to a job that failed.
struct JobFailure: Sendable, Equatable {
    /// Seconds to wait after each failed attempt, for jobs that do not define their own delays.
    static let defaultRetryDelays: [Int64] = [5, 30, 2 * 60, 10 * 60, 3600, 6 * 3600]
    /// How long a job may keep failing before it is given up, in milliseconds: a week. If the media storage
    /// or the database is still unavailable after that time, the administrator has to act.
    static let giveUpAfter: Int64 = 7 * 24 * 3600 * 1000

    let failingSince: Int64
    let runAt: Int64
    let givenUpAt: Int64?

    /// - Parameters:
    ///   - attempts: how many attempts there were.
    ///   - retryDelays: seconds to wait after each failed attempt. The last value applies to all later
    ///     attempts.
    init(
        attempts: Int, failingSince: Int64?, now: Int64, retryDelays: [Int64] = defaultRetryDelays
    ) {
        let index = min(max(attempts, 1), retryDelays.count) - 1
        // The stored time may come from a wrong clock, so it is limited to the present.
        self.failingSince = max(0, min(failingSince ?? now, now))
        runAt = now + retryDelays[index] * 1000
        givenUpAt = now - self.failingSince >= Self.giveUpAfter ? now : nil
    }

    /// Returns the description of an error in a form that may be stored and shown. Words of 20 or more
    /// characters are replaced by “…”, because photo URLs, tokens and other secrets are long words.
    static func redactedDescription(of error: any Error) -> String {
        var text = ""
        var word = ""
        func endWord() {
            text += word.utf8.count >= 20 ? "…" : word
            word = ""
        }
        for character in "\(error)".prefix(500) {
            if character.isASCII,
                character.isLetter || character.isNumber || character == "-" || character == "_"
            {
                word.append(character)
            } else {
                endWord()
                text.append(character.isNewline ? " " : character)
            }
        }
        endWord()
        return text
    }
}
