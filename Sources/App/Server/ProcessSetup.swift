import Foundation

/// Prepares the process: permissions of new files, signals, standard descriptors, number of open files.
enum ProcessSetup {
    /// Prepares the process for any command. Call this before anything else.
    static func prepare() {
        // Only this user may read new files (0600) and directories (0700). Otherwise SQLite would create
        // files that all users can read.
        umask(0o077)
        // Writing to a closed pipe or socket must return an error instead of ending the process.
        signal(SIGPIPE, SIG_IGN)
        // The next file that is opened gets the lowest free descriptor. If standard error were closed, the
        // log could be written to that file.
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// Raises the limit on open files to 8,192, or to the hard limit if that is lower. The usual limit of
    /// 1,024 is less than the number of connections that the server accepts.
    /// - Returns: the limit.
    static func raiseOpenFileLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(openFiles, &limit) == 0 else { return 1024 }
        let target = min(limit.rlim_max, 8192)
        if limit.rlim_cur < target {
            var raised = rlimit(rlim_cur: target, rlim_max: limit.rlim_max)
            if setrlimit(openFiles, &raised) == 0 { return Int(target) }
        }
        return Int(clamping: limit.rlim_cur)
    }

    #if canImport(Glibc)
        private static let openFiles = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let openFiles = RLIMIT_NOFILE
    #endif
}
