import Foundation
import Imaging

// Confines itself like a rendering process, then makes one attempt to do something. Prints the confinement as
// JSON, then "done" or the error number of the attempt.
//
//   ConfinementProbe FOLDER LAYERS ATTEMPT [nobody]

let arguments = CommandLine.arguments
guard arguments.count >= 4, let layers = Int(arguments[2]) else { exit(2) }
if arguments.last == "nobody", getuid() == 0, setgid(65_534) != 0 || setuid(65_534) != 0 { exit(3) }

/// Calls a C function by name, because Swift does not expose it.
func call(_ name: String, _ argument: CInt) -> CInt {
    typealias Function = @convention(c) (CInt) -> CInt
    guard let symbol = dlsym(nil, name) else { return -1 }
    return unsafeBitCast(symbol, to: Function.self)(argument)
}

@Sendable func openFile(_ path: String, _ flags: CInt) -> CInt { open(path, flags, 0o600) }

func spawnProgram() -> CInt {
    var process = pid_t()
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
    let failure = posix_spawn(&process, "/bin/true", nil, nil, &arguments, nil)
    errno = failure
    return failure == 0 ? 0 : -1
}

func forkProcess() -> CInt {
    let process = call("fork", 0)
    if process == 0 { _exit(0) }
    return process
}

func replaceProgram() -> CInt {
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("echo"), strdup("done"), nil]
    return execv("/bin/echo", &arguments)
}

#if os(Linux)
    let streamSocket = CInt(SOCK_STREAM.rawValue)
#else
    let streamSocket = SOCK_STREAM
#endif

func raiseLimit() -> CInt {
    var limit = rlimit(rlim_cur: 1 << 40, rlim_max: 1 << 40)
    #if os(Linux)
        return setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    #else
        return setrlimit(RLIMIT_FSIZE, &limit)
    #endif
}

/// Runs `body` on another thread, which is created in advance, and returns its result and errno.
final class OtherThread: @unchecked Sendable {
    // The semaphores order all accesses to these.
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
let openFileDescriptor = open("\(folder)/ready", O_RDWR | O_CREAT, 0o600)
let existingThread =
    attempt == "read on an existing thread" ? OtherThread { openFile("/etc/passwd", O_RDONLY) } : nil

let confinement = try Confinement.enter(in: folder, layers: .init(rawValue: layers))
print(String(decoding: try JSONEncoder().encode(confinement), as: UTF8.self))
fflush(nil)

let outcome: CInt =
    switch attempt {
    case "read a file": openFile("/etc/passwd", O_RDONLY)
    case "read the environment": openFile("/proc/self/environ", O_RDONLY)
    case "write outside the folder": openFile("\(folder)/../elsewhere", O_WRONLY | O_CREAT)
    case "write a new file":
        max(openFile("/new", O_WRONLY | O_CREAT), openFile("\(folder)/new", O_WRONLY | O_CREAT))
    case "remove a file": min(unlink("/ready"), unlink("\(folder)/ready"))
    case "create a socket": socket(AF_INET, streamSocket, 0)
    case "create a local socket": socket(AF_UNIX, streamSocket, 0)
    case "fork": forkProcess()
    case "start a program": spawnProgram()
    case "replace the program": replaceProgram()
    case "signal the parent": kill(getppid(), 0)
    case "raise a limit": raiseLimit()
    case "create a namespace": call("unshare", 0x1000_0000)
    case "read on an existing thread": existingThread?.run() ?? 0
    case "read on a new thread": OtherThread { openFile("/etc/passwd", O_RDONLY) }.run()
    case "compute": OtherThread { CInt([UInt8](repeating: 0, count: 100 << 20).count >> 30) }.run()
    case "write to an open file": CInt(write(openFileDescriptor, "abc", 3)) - 3
    default: exit(2)
    }
let errorNumber = errno
print(outcome >= 0 ? "done" : "\(errorNumber)")
