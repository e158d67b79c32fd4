import AsyncAlgorithms
import CMalloc
import ServiceLifecycle

/// Returns free memory to the system every 30 seconds. Otherwise glibc keeps memory that was freed after many
/// uploads or connections.
struct MemoryService: Service {
    var interval = Duration.seconds(30)

    func run() async {
        let timer = AsyncTimerSequence(interval: interval, clock: .continuous)
        for await _ in timer.cancelOnGracefulShutdown() { release_free_memory() }
    }
}
