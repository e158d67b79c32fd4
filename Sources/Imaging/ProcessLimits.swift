import Foundation

/// What this process may take from the machine, kept by the kernel (setrlimit(2)).
enum ProcessLimits {
    /// The largest file a render writes: five times what 1440 × 16,384 pixels of noise take.
    static let fileSize = 64 << 20

    /// Confines the process for the rest of its life.
    ///
    /// Memory is limited as address space: what is mapped now, which is the program and libvips with its hundred
    /// libraries, and on top what decoding may take.
    static func confine(to limits: PhotoLimits) throws(RenderFailure) {
        #if os(Linux)
            try set(RLIMIT_AS, "AS", mapped() + limits.memory)
            // At the soft limit the kernel sends SIGXCPU, which tells why. Were both the same, it would send SIGKILL.
            try set(RLIMIT_CPU, "CPU", limits.cpuSeconds, atMost: limits.cpuSeconds + 1)
            try set(RLIMIT_FSIZE, "FSIZE", fileSize)
            try set(RLIMIT_CORE, "CORE", 0)
        #endif
        // Ends the process even where the server died and cannot.
        alarm(UInt32(limits.deadlineSeconds.rounded(.up) + 2))
    }

    #if os(Linux)
        private static func set(
            _ resource: __rlimit_resource, _ name: String, _ value: Int, atMost hardLimit: Int? = nil
        ) throws(RenderFailure) {
            var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(hardLimit ?? value))
            guard setrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else {
                throw RenderFailure("cannot set RLIMIT_\(name)")
            }
        }

        /// Bytes of address space in use: the first number of proc_pid_statm(5), in pages.
        static func mapped() throws(RenderFailure) -> Int {
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
