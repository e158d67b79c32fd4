import Foundation

/// The resource limits of the rendering process, enforced by the kernel (setrlimit(2)).
enum ProcessLimits {
    /// The largest file that the process may write, in bytes: five times the size of 1440 × 16,384 pixels of
    /// noise.
    static let fileSize = 64 << 20

    /// Limits this process until it ends.
    ///
    /// Memory is limited as address space: the amount that is mapped now, which is the program and libvips
    /// with its hundred libraries, plus the amount that decoding may use.
    static func apply(_ limits: PhotoLimits) throws(RenderFailure) {
        #if os(Linux)
            try set(RLIMIT_AS, "AS", mappedBytes() + limits.memory)
            // At the soft limit the kernel sends SIGXCPU, which tells the reason. If both limits were equal,
            // it would send SIGKILL.
            try set(RLIMIT_CPU, "CPU", limits.cpuSeconds, hardLimit: limits.cpuSeconds + 1)
            try set(RLIMIT_FSIZE, "FSIZE", fileSize)
            try set(RLIMIT_CORE, "CORE", 0)
        #endif
        // Ends the process even if the server has died and cannot end it.
        alarm(UInt32(limits.deadlineSeconds.rounded(.up) + 2))
    }

    #if os(Linux)
        private static func set(
            _ resource: __rlimit_resource, _ name: String, _ value: Int, hardLimit: Int? = nil
        ) throws(RenderFailure) {
            var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(hardLimit ?? value))
            guard setrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else {
                throw RenderFailure("cannot set RLIMIT_\(name)")
            }
        }

        /// The bytes of address space in use: the first number of proc_pid_statm(5), which counts pages.
        static func mappedBytes() throws(RenderFailure) -> Int {
            guard let file = fopen("/proc/self/statm", "r") else {
                throw RenderFailure("cannot read /proc/self/statm")
            }
            defer { fclose(file) }
            var line = [CChar](repeating: 0, count: 128)
            guard fgets(&line, Int32(line.count), file) != nil else {
                throw RenderFailure("/proc/self/statm is empty")
            }
            return strtol(line, nil, 10) * sysconf(Int32(_SC_PAGESIZE))
        }
    #endif
}
