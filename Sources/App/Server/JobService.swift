import Core
import ServiceLifecycle

/// Runs background jobs while the server runs. Shutdown cancels the running jobs; this or another instance
/// runs them again later.
struct JobService: Service {
    let jobs: Jobs

    func run() async { await cancelWhenGracefulShutdown { await jobs.run() } }
}
