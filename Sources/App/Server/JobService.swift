import Core
import ServiceLifecycle

/// Runs jobs while the server does. At the end those in hand are broken off: the next run, or another copy,
/// takes them.
struct JobService: Service {
    let jobs: Jobs

    func run() async { await cancelWhenGracefulShutdown { await jobs.run() } }
}
