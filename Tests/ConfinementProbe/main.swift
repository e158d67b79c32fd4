import Foundation
import Imaging

// Confines itself as a process that reads a photo does, then tries one thing. It prints how it was confined,
// as JSON, and whether that was "done", or the number of the error.
//
//   ConfinementProbe FOLDER WALLS ATTEMPT [nobody]

let arguments = CommandLine.arguments
guard arguments.count >= 4, let walls = Int(arguments[2]) else { exit(2) }
if arguments.last == "nobody", getuid() == 0, setgid(65_534) != 0 || setuid(65_534) != 0 { exit(3) }

/// What a function gave that was looked up by name, because Swift hides it.
func calling(_ name: String, _ argument: CInt) -> CInt {
    typealias Function = @convention(c) (CInt) -> CInt
    guard let symbol = dlsym(nil, name) else { return -1 }
    return unsafeBitCast(symbol, to: Function.self)(argument)
}

@Sendable func opened(_ path: String, _ flags: CInt) -> CInt { open(path, flags, 0o600) }

func spawned() -> CInt {
    var process = pid_t()
    var words: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
    let failure = posix_spawn(&process, "/bin/true", nil, nil, &words, nil)
    errno = failure
    return failure == 0 ? 0 : -1
}

func forked() -> CInt {
    let process = calling("fork", 0)
    if process == 0 { _exit(0) }
    return process
}

func executed() -> CInt {
    var words: [UnsafeMutablePointer<CChar>?] = [strdup("echo"), strdup("done"), nil]
    return execv("/bin/echo", &words)
}

#if os(Linux)
    let streamSocket = CInt(SOCK_STREAM.rawValue)
#else
    let streamSocket = SOCK_STREAM
#endif

func limited() -> CInt {
    var limit = rlimit(rlim_cur: 1 << 40, rlim_max: 1 << 40)
    #if os(Linux)
        return setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    #else
        return setrlimit(RLIMIT_FSIZE, &limit)
    #endif
}

/// Runs `body` on a thread of its own and gives what it gave, with its errno.
final class OtherThread: @unchecked Sendable {
    // The semaphores order every access to these.
    private var outcome: CInt = -1
    private var error: CInt = 0
    private let start = DispatchSemaphore(value: 0)
    private let end = DispatchSemaphore(value: 0)

    init(_ body: @escaping @Sendable () -> CInt) {
        Thread.detachNewThread { [self] in
            start.wait()
            outcome = body()
            error = errno
            end.signal()
        }
    }

    func run() -> CInt {
        start.signal()
        end.wait()
        errno = error
        return outcome
    }
}

let folder = arguments[1]
let attempt = arguments[3]
let ready = open("\(folder)/ready", O_RDWR | O_CREAT, 0o600)
let older =
    attempt == "read on a thread that was there" ? OtherThread { opened("/etc/passwd", O_RDONLY) } : nil

let confinement = try Confinement.enter(in: folder, walls: .init(rawValue: walls))
print(String(decoding: try JSONEncoder().encode(confinement), as: UTF8.self))
fflush(nil)

let outcome: CInt =
    switch attempt {
    case "read a file": opened("/etc/passwd", O_RDONLY)
    case "read its environment": opened("/proc/self/environ", O_RDONLY)
    case "write elsewhere": opened("\(folder)/../elsewhere", O_WRONLY | O_CREAT)
    case "write a new file":
        max(opened("/new", O_WRONLY | O_CREAT), opened("\(folder)/new", O_WRONLY | O_CREAT))
    case "remove a file": min(unlink("/ready"), unlink("\(folder)/ready"))
    case "make a socket": socket(AF_INET, streamSocket, 0)
    case "make a local socket": socket(AF_UNIX, streamSocket, 0)
    case "fork": forked()
    case "start a program": spawned()
    case "become a program": executed()
    case "signal its parent": kill(getppid(), 0)
    case "raise a limit": limited()
    case "enter a namespace": calling("unshare", 0x1000_0000)
    case "read on a thread that was there": older?.run() ?? 0
    case "read on a new thread": OtherThread { opened("/etc/passwd", O_RDONLY) }.run()
    case "compute": OtherThread { CInt([UInt8](repeating: 0, count: 100 << 20).count >> 30) }.run()
    case "write to an open file": CInt(write(ready, "abc", 3)) - 3
    default: exit(2)
    }
let reason = errno
print(outcome >= 0 ? "done" : "\(reason)")
