import Foundation

/// What the process asks of the system before it does anything else.
enum ProcessSetup {
    /// For every command.
    static func prepare() {
        // Whatever is made is for this user alone: files 0600, folders 0700. SQLite would make its own for all to read.
        umask(0o077)
        // Whoever closes a pipe or a socket that we write to is told apart by the error of the write.
        signal(SIGPIPE, SIG_IGN)
        // A file that took the number of a closed standard error would get the log written into it.
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// Takes as many open files as the system gives, 8,192 at most: a shell's 1,024 are fewer than a server has
    /// connections.
    /// - Returns: how many there are.
    static func raiseOpenFileLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(openFiles, &limit) == 0 else { return 1024 }
        let wanted = min(limit.rlim_max, 8192)
        if limit.rlim_cur < wanted {
            var raised = rlimit(rlim_cur: wanted, rlim_max: limit.rlim_max)
            if setrlimit(openFiles, &raised) == 0 { return Int(wanted) }
        }
        return Int(clamping: limit.rlim_cur)
    }

    #if canImport(Glibc)
        private static let openFiles = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let openFiles = RLIMIT_NOFILE
    #endif
}
