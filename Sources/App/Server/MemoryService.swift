import CMalloc
import ServiceLifecycle

/// Returns free memory to the system every 30 seconds. Otherwise glibc keeps memory that was freed after many
/// uploads or connections.
struct MemoryService: Service {
    var interval = Duration.seconds(30)

    func run() async {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval)) != nil {
                release_free_memory()
            }
        }
    }
}
