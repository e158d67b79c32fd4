#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension WallClock {
    /// The clock of the operating system.
    package static let system = WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
