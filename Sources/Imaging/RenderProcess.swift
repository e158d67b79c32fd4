import Foundation
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// Runs a child process that renders one photo, and interprets its exit.
struct RenderProcess: Sendable {
    let executable: String
    let arguments: [String]
    let limits: PhotoLimits
    let environment: [Environment.Key: String]

    /// Creates a runner. The child gets `environment` and the variables that rendering needs. It does not
    /// inherit the environment of the server, which contains secrets.
    init(executable: String, arguments: [String], limits: PhotoLimits, environment: [String: String]) {
        self.executable = executable
        self.arguments = arguments
        self.limits = limits
        // One malloc arena, because each further arena would reserve 64 MiB of address space.
        var defaults: [Environment.Key: String] = ["MALLOC_ARENA_MAX": "1", "VIPS_WARNING": "1"]
        // Set only when line coverage is measured.
        defaults["LLVM_PROFILE_FILE"] = ProcessInfo.processInfo.environment["LLVM_PROFILE_FILE"]
        self.environment = defaults.merging(environment.map { (.init(stringLiteral: $0), $1) }) { $1 }
    }

    /// Starts the child and waits for its exit. Cancelling the task or reaching the deadline kills it.
    func render(_ file: String, into folder: String, as shape: PhotoShape) async throws -> RenderedPhoto {
        let outcome = try await withThrowingTaskGroup(of: Outcome?.self) { group in
            group.addTask { try await run(file, into: folder, as: shape) }
            group.addTask {
                try await Task.sleep(for: .seconds(limits.deadlineSeconds))
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        try Task.checkCancellation()
        guard let outcome else { throw ImagingError.busy }
        return try outcome.reply(within: limits).get()
    }

    /// Starts a child that confines itself and reports how.
    func confinement() async throws -> Confinement {
        let outcome = try await run([RenderWorker.checkArgument])
        guard outcome.status.isSuccess,
            let confinement = try? JSONDecoder().decode(Confinement.self, from: Data(outcome.output))
        else {
            let text = ImagingError.printableASCII(outcome.errorOutput, maxLength: 500)
            throw RenderFailure("the rendering process ended with \(outcome.status): \(text)")
        }
        return confinement
    }

    private func run(_ file: String, into folder: String, as shape: PhotoShape) async throws -> Outcome {
        try await run(RenderWorker.arguments(input: file, folder: folder, as: shape, limits: limits))
    }

    private func run(_ additionalArguments: [String]) async throws -> Outcome {
        do {
            let result = try await Subprocess.run(
                .path(FilePath(executable)), arguments: Arguments(arguments + additionalArguments),
                environment: .custom(environment),
                input: .none, output: .bytes(limit: 1 << 16), error: .bytes(limit: 1 << 16))
            return Outcome(
                status: result.terminationStatus, output: result.standardOutput,
                errorOutput: String(decoding: result.standardError, as: UTF8.self))
        } catch let error as SubprocessError where error.code == .outputLimitExceeded {
            // A working process never prints this much.
            throw ImagingError.damaged("")
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw RenderFailure("cannot run \(executable): \(error)")
        }
    }
}

extension RenderProcess {
    /// The exit status and output of a child.
    struct Outcome: Sendable {
        let status: TerminationStatus
        let output: [UInt8]
        /// The text on its standard error.
        let errorOutput: String

        func reply(within limits: PhotoLimits) throws -> RenderReply {
            if case .signaled(let signal) = status { return .refused(error(for: signal)) }
            guard status.isSuccess,
                let reply = try? JSONDecoder().decode(RenderReply.self, from: Data(output))
            else {
                // Some libraries exit with a code of their own when they cannot allocate memory.
                if VipsError.reportsOutOfMemory(errorOutput) { return .refused(.tooComplex) }
                let text = ImagingError.printableASCII(errorOutput, maxLength: 500)
                return .failed("the rendering process ended with \(status): \(text)")
            }
            return reply.validated(against: limits)
        }

        /// Returns the error for a child that was ended by a signal.
        ///
        /// SIGXCPU and SIGXFSZ come from the resource limits, SIGALRM from the child's own alarm. SIGKILL
        /// comes from outside, most likely from the kernel when memory is low. GLib ends the process with
        /// SIGTRAP when it cannot allocate memory. Any other signal means that the decoder crashed on the
        /// file.
        private func error(for signal: CInt) -> ImagingError {
            switch signal {
            case SIGXCPU, SIGXFSZ: .tooComplex
            case SIGALRM, SIGKILL: .busy
            default: VipsError.reportsOutOfMemory(errorOutput) ? .tooComplex : .damaged("")
            }
        }
    }
}
