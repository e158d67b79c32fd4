#if os(Linux)
    import CSeccomp
    import Foundation

    /// Which system calls a process may make (seccomp(2)), for all its threads and for good.
    struct SystemCallFilter: Sendable {
        /// What an argument of a call must be: `argument & mask == value`.
        struct Condition: Sendable {
            let argument: UInt32
            var mask = UInt64.max
            let value: UInt64
        }

        /// One way to make a call.
        struct Rule: Sendable {
            let call: String
            /// The error it answers with; nil where it is made.
            var error: CInt?
            var conditions: [Condition] = []
        }

        let rules: [Rule]
        /// The error of every other call.
        let otherwise: CInt

        /// What decoding, scaling and saving need once every file is open. Everything else fails as if it
        /// were not permitted, and libraries that would only have liked to know something go on.
        static let rendering = SystemCallFilter(
            rules: [
                // Memory.
                "brk", "madvise", "mmap", "mprotect", "mremap", "munmap",
                // Files that are open.
                "close", "dup", "fadvise64", "fstat", "ftruncate", "lseek", "pread64", "pwrite64", "read",
                "readv", "write",
                "writev",
                // Threads, and the end.
                "exit", "exit_group", "futex", "getpid", "gettid", "membarrier", "restart_syscall", "rseq",
                "rt_sigaction",
                "rt_sigprocmask", "rt_sigreturn", "sched_getaffinity", "sched_yield", "set_robust_list",
                "sigaltstack",
                // Time, chance, and how much memory there is.
                "clock_getres", "clock_gettime", "clock_nanosleep", "getrandom", "gettimeofday", "nanosleep",
                "sysinfo",
            ].map { Rule(call: $0) } + [
                // A new thread, but no new process and no namespace. The filter cannot look into the
                // structure that clone3 is given, so the C library has to do without it.
                Rule(
                    call: "clone",
                    conditions: [Condition(argument: 0, mask: thread | namespaces, value: thread)]),
                Rule(call: "clone3", error: ENOSYS),
                // A thread's name, and nothing else of prctl.
                Rule(call: "prctl", conditions: [Condition(argument: 0, value: setName)]),
                // fstat of newer C libraries.
                Rule(
                    call: "newfstatat",
                    conditions: [Condition(argument: 3, mask: emptyPath, value: emptyPath)]),
                // Asking for limits, not setting them.
                Rule(call: "prlimit64", conditions: [Condition(argument: 2, value: 0)]),
                // What abort() does to its own process.
                Rule(call: "tgkill", conditions: [Condition(argument: 0, value: UInt64(getpid()))]),
            ]
                + [F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETLK, F_SETLKW].map {
                    Rule(call: "fcntl", conditions: [Condition(argument: 1, value: UInt64($0))])
                },
            otherwise: EPERM)

        // CLONE_THREAD and every CLONE_NEW… of linux/sched.h, PR_SET_NAME of linux/prctl.h, AT_EMPTY_PATH of
        // linux/fcntl.h.
        private static let thread: UInt64 = 0x1_0000
        private static let namespaces: UInt64 = 0x7E02_0000
        private static let setName: UInt64 = 15
        private static let emptyPath: UInt64 = 0x1000

        /// Has every thread of this process keep it from now on.
        func load() throws(RenderFailure) {
            guard let filter = seccomp_init(Self.failing(otherwise)) else {
                throw RenderFailure("cannot filter system calls")
            }
            defer { seccomp_release(filter) }
            var failure = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1)
            for rule in rules where failure == 0 {
                let number = seccomp_syscall_resolve_name(rule.call)
                // Not every processor has every call.
                guard number != __NR_SCMP_ERROR else { continue }
                let conditions = rule.conditions.map {
                    scmp_arg_cmp(
                        arg: $0.argument, op: SCMP_CMP_MASKED_EQ, datum_a: $0.mask, datum_b: $0.value)
                }
                failure = seccomp_rule_add_array(
                    filter, rule.error.map(Self.failing) ?? Self.allowing, number, UInt32(conditions.count),
                    conditions)
            }
            if failure == 0 { failure = seccomp_load(filter) }
            guard failure == 0 else {
                throw RenderFailure("cannot filter system calls: \(String(cString: strerror(-failure)))")
            }
        }

        // SCMP_ACT_ALLOW and SCMP_ACT_ERRNO of seccomp.h.
        private static let allowing: UInt32 = 0x7FFF_0000
        private static func failing(_ error: CInt) -> UInt32 { 0x0005_0000 | UInt32(error) }
    }
#endif
