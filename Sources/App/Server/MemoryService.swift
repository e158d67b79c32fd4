import CMalloc
import ServiceLifecycle

/// Gives memory back to the system: after many uploads or connections glibc keeps what was freed, for as long as
/// nobody asks for it.
struct MemoryService: Service {
    var interval = Duration.seconds(30)

    func run() async {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval)) != nil {
                give_memory_back()
            }
        }
    }
}
