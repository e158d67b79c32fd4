import Core
import Logging
import ServiceLifecycle

/// Keeps the community tidy while the server runs: looks at the start whether photos and database belong together,
/// and does everything every hour.
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
                    let done = try await community.maintenance.run()
                    for (name, count) in done.lines where count > 0 {
                        logger.info("Maintenance: \(name)", metadata: ["count": "\(count)"])
                    }
                    report(done.refusal)
                    // What other copies told while this one did not hear is looked up.
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
            // The next round tries again.
            logger.warning("Maintenance failed", metadata: ["error": "\(error)"])
        }
    }
}
