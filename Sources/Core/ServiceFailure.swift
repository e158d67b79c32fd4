import Imaging
import Logging
import MediaStorage
import Storage

/// A failure of a service that the server depends on: the database, or the photo storage. It says what the
/// client is told and what the log is told.
package struct ServiceFailure: Sendable {
    package let problem: Problem
    /// The message for the log; nil if the failure is an ordinary effect of load.
    private let logMessage: String?
    /// Whether every request may fail for the same reason, until an administrator does something.
    private let isLasting: Bool

    private static let diskFull = ServiceFailure(
        Problem(.unavailable(retryAfter: 600), "The server’s disk is full. Try again later."),
        log: "The disk is full", isLasting: true)

    /// Returns nil if the error is not an expected failure of a service.
    package init?(_ error: any Error) {
        switch error {
        case StorageError.busy, StorageError.closed: self.init(.busy)
        case StorageError.uncertain:
            self.init(
                Problem(
                    .unavailable(retryAfter: 5),
                    """
                    The connection was lost while saving. Check whether your change was saved, then try \
                    again.
                    """), log: "The connection to the database was lost during a commit")
        case StorageError.full: self = .diskFull
        case let error as MediaError where error.isDiskFull: self = .diskFull
        case let error as RenderFailure where error.isDiskFull: self = .diskFull
        case let error as MediaError where error.isTransient:
            self.init(
                Problem(
                    .unavailable(retryAfter: 5),
                    "The photo storage is not available. Try again in a moment."),
                log: "The photo storage is not available", isLasting: true)
        default: return nil
        }
    }

    private init(_ problem: Problem, log message: String? = nil, isLasting: Bool = false) {
        self.problem = problem
        logMessage = message
        self.isLasting = isLasting
    }

    /// Writes the failure to the log, a lasting one once a minute.
    /// - Parameter failures: remembers what was logged.
    package func log(_ error: any Error, to logger: Logger, with failures: ThrottledLog) {
        guard let logMessage else { return }
        guard isLasting else {
            logger.error("\(logMessage)", metadata: ["error": "\(error)"])
            return
        }
        failures.log(.error, logMessage, to: logger) { ["error": "\(error)"] }
    }
}

extension Problem {
    package static let busy = Problem(
        .unavailable(retryAfter: 5), "The server is busy. Try again in a moment.")
}
