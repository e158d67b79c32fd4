import Core
import Logging
import ServiceLifecycle

/// Runs the maintenance while the server runs. At the start it checks that the photos belong to the database;
/// then it runs the full maintenance every hour.
struct MaintenanceService: Service {
    let community: Community
    let logger: Logger
    var interval = Duration.seconds(3600)

    func run() async {
        await cancelWhenGracefulShutdown {
            await attempt { report(try await community.maintenance.checkMedia()) }
            while true {
                do { try await Task.sleep(for: interval) } catch { return }
                await attempt {
                    let summary = try await community.maintenance.run()
                    for (name, count) in summary.lines where count > 0 {
                        logger.info("Maintenance: \(name)", metadata: ["count": "\(count)"])
                    }
                    report(summary.refusal)
                    // This instance may have missed removals that other instances announced.
                    try await community.photos.loadRemoved()
                }
            }
        }
    }

    private func report(_ refusal: String?) {
        if let refusal { logger.error("\(refusal)") }
    }

    private func attempt(_ work: () async throws -> Void) async {
        do { try await work() } catch {
            guard !Task.isCancelled else { return }
            // The next run tries again.
            logger.warning("Maintenance failed", metadata: ["error": "\(error)"])
        }
    }
}
