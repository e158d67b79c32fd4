#if os(Linux)
    import CSeccomp
    import Foundation

    /// The system calls that a process may make (seccomp(2)). Applies to all its threads, until the process
    /// ends.
    struct SystemCallFilter: Sendable {
        /// A condition on an argument of a call: `argument & mask == value`.
        struct Condition: Sendable {
            let argument: UInt32
            var mask = UInt64.max
            let value: UInt64
        }

        /// The action for one system call, under the given conditions.
        struct Rule: Sendable {
            let call: String
            /// The error that the call returns, or nil if the call is allowed.
            var error: CInt?
            var conditions: [Condition] = []
        }

        let rules: [Rule]
        /// The error that every other call returns.
        let defaultError: CInt

        /// The calls that decoding, scaling and saving need once every file is open. Every other call fails
        /// with EPERM, so libraries that make optional calls continue without them.
        static let rendering = SystemCallFilter(
            rules: [
                // Memory.
                "brk", "madvise", "mmap", "mprotect", "mremap", "munmap",
                // Open files.
                "close", "dup", "fadvise64", "fstat", "ftruncate", "lseek", "pread64", "pwrite64", "read",
                "readv", "write",
                "writev",
                // Threads and exit.
                "exit", "exit_group", "futex", "getpid", "gettid", "membarrier", "restart_syscall", "rseq",
                "rt_sigaction",
                "rt_sigprocmask", "rt_sigreturn", "sched_getaffinity", "sched_yield", "set_robust_list",
                "sigaltstack",
                // Time, random numbers, memory size.
                "clock_getres", "clock_gettime", "clock_nanosleep", "getrandom", "gettimeofday", "nanosleep",
                "sysinfo",
            ].map { Rule(call: $0) } + [
                // New threads, but no new processes or namespaces. The filter cannot inspect the structure
                // that clone3 takes, so clone3 fails with ENOSYS and the C library falls back to clone.
                Rule(
                    call: "clone",
                    conditions: [
                        Condition(argument: 0, mask: cloneThread | cloneNamespaces, value: cloneThread)
                    ]),
                Rule(call: "clone3", error: ENOSYS),
                // prctl only to name a thread.
                Rule(call: "prctl", conditions: [Condition(argument: 0, value: prSetName)]),
                // Newer C libraries implement fstat with newfstatat.
                Rule(
                    call: "newfstatat",
                    conditions: [Condition(argument: 3, mask: atEmptyPath, value: atEmptyPath)]),
                // Reading limits, not setting them.
                Rule(call: "prlimit64", conditions: [Condition(argument: 2, value: 0)]),
                // abort() sends a signal to its own process.
                Rule(call: "tgkill", conditions: [Condition(argument: 0, value: UInt64(getpid()))]),
            ]
                + [F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETLK, F_SETLKW].map {
                    Rule(call: "fcntl", conditions: [Condition(argument: 1, value: UInt64($0))])
                },
            defaultError: EPERM)

        // CLONE_THREAD and every CLONE_NEW… of linux/sched.h, PR_SET_NAME of linux/prctl.h,
        // AT_EMPTY_PATH of linux/fcntl.h.
        private static let cloneThread: UInt64 = 0x1_0000
        private static let cloneNamespaces: UInt64 = 0x7E02_0000
        private static let prSetName: UInt64 = 15
        private static let atEmptyPath: UInt64 = 0x1000

        /// Applies the filter to every thread of this process.
        func load() throws(RenderFailure) {
            guard let filter = seccomp_init(Self.errorAction(defaultError)) else {
                throw RenderFailure("cannot filter system calls")
            }
            defer { seccomp_release(filter) }
            var failure = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1)
            for rule in rules where failure == 0 {
                let number = seccomp_syscall_resolve_name(rule.call)
                // Not every processor architecture has every call.
                guard number != __NR_SCMP_ERROR else { continue }
                let conditions = rule.conditions.map {
                    scmp_arg_cmp(
                        arg: $0.argument, op: SCMP_CMP_MASKED_EQ, datum_a: $0.mask, datum_b: $0.value)
                }
                failure = seccomp_rule_add_array(
                    filter, rule.error.map(Self.errorAction) ?? Self.allowAction, number,
                    UInt32(conditions.count),
                    conditions)
            }
            if failure == 0 { failure = seccomp_load(filter) }
            guard failure == 0 else {
                throw RenderFailure("cannot filter system calls: \(String(cString: strerror(-failure)))")
            }
        }

        // SCMP_ACT_ALLOW and SCMP_ACT_ERRNO of seccomp.h.
        private static let allowAction: UInt32 = 0x7FFF_0000
        private static func errorAction(_ error: CInt) -> UInt32 { 0x0005_0000 | UInt32(error) }
    }
#endif
