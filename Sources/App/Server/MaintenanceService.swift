import Core
import Logging
import ServiceLifecycle

/// Keeps the community tidy while the server runs: every hour all of it, and twice a minute what was deleted.
struct MaintenanceService: Service {
    let maintenance: Maintenance
    let logger: Logger
    var purgeInterval = Duration.seconds(30)
    var roundInterval = Duration.seconds(3600)

    func run() async {
        await cancelWhenGracefulShutdown {
            var untilRound = roundInterval
            while true {
                do { try await Task.sleep(for: purgeInterval) } catch { return }
                untilRound -= purgeInterval
                do {
                    try await maintenance.purgeDeleted()
                    guard untilRound <= .zero else { continue }
                    untilRound = roundInterval
                    let done = try await maintenance.run().lines.filter { $0.count > 0 }
                    for (name, count) in done { logger.info("Maintenance: \(name)", metadata: ["count": "\(count)"]) }
                } catch {
                    // The next round tries again.
                    logger.warning("Maintenance failed", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
