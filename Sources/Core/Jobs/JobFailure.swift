import MediaStorage
import Storage

/// What becomes of a job that failed.
struct JobFailure: Sendable, Equatable {
    /// Seconds until the next attempt, where a job says nothing else.
    static let pauses: [Int64] = [5, 30, 2 * 60, 10 * 60, 3600, 6 * 3600]
    /// A job that has failed for so long is given up, in milliseconds: a week. Media or a database that are
    /// away are back by then, or somebody has to look.
    static let patience: Int64 = 7 * 24 * 3600 * 1000

    let since: Int64
    let runAt: Int64
    let givenUpAt: Int64?

    /// - Parameter attempts: how many there were.
    ///   - pauses: seconds until the next attempt; the last of them from then on.
    init(attempts: Int, since: Int64?, now: Int64, pauses: [Int64] = pauses) {
        let place = min(max(attempts, 1), pauses.count) - 1
        // Whatever stands in the row: a time after now is none that it began to fail at.
        self.since = max(0, min(since ?? now, now))
        runAt = now + pauses[place] * 1000
        givenUpAt = now - self.since >= Self.patience ? now : nil
    }

    /// An error in words that are fit to be kept and shown: without addresses of photos, tokens and the like,
    /// which are all long words.
    static func words(of error: any Error) -> String {
        var text = ""
        var word = ""
        func end() {
            text += word.utf8.count >= 20 ? "…" : word
            word = ""
        }
        for character in "\(error)".prefix(500) {
            if character.isASCII,
                character.isLetter || character.isNumber || character == "-" || character == "_"
            {
                word.append(character)
            } else {
                end()
                text.append(character.isNewline ? " " : character)
            }
        }
        end()
        return text
    }
}
