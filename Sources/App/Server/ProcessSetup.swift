import Foundation

/// System settings of the process, made before anything else runs.
enum ProcessSetup {
    /// Prepares the process for any command.
    static func prepare() {
        // Only this user may read new files (0600) and directories (0700). SQLite would make its files
        // readable for all.
        umask(0o077)
        // Writing to a closed pipe or socket must return an error and not end the process.
        signal(SIGPIPE, SIG_IGN)
        // If standard error is closed, the next file opened would get its descriptor, and the log would go
        // into it.
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// Raises the limit of open files to 8,192, or to the hard limit if that is lower. The usual limit of
    /// 1,024 is less than the number of connections that the server accepts.
    /// - Returns: the limit.
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
