import Foundation
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// One child process for one photo, and what its end means.
struct RenderProcess: Sendable {
    let executable: String
    let arguments: [String]
    let limits: PhotoLimits
    let environment: [Environment.Key: String]

    /// The child's environment is `environment` and what rendering needs: nothing of the server's, where secrets are.
    init(executable: String, arguments: [String], limits: PhotoLimits, environment: [String: String]) {
        self.executable = executable
        self.arguments = arguments
        self.limits = limits
        // A heap for each thread would reserve 64 MiB of address space each.
        var own: [Environment.Key: String] = ["MALLOC_ARENA_MAX": "1", "VIPS_WARNING": "1"]
        // Set only where line coverage is measured.
        own["LLVM_PROFILE_FILE"] = ProcessInfo.processInfo.environment["LLVM_PROFILE_FILE"]
        self.environment = own.merging(environment.map { (.init(stringLiteral: $0), $1) }) { $1 }
    }

    /// Starts the child and waits for its end; a cancelled task, or the deadline, kills it.
    func render(_ file: String, into folder: String, as shape: PhotoShape) async throws -> RenderedPhoto {
        let ending = try await withThrowingTaskGroup(of: Ending?.self) { group in
            group.addTask { try await run(file, into: folder, as: shape) }
            group.addTask {
                try await Task.sleep(for: .seconds(limits.deadlineSeconds))
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        try Task.checkCancellation()
        guard let ending else { throw ImagingError.busy }
        return try ending.reply(within: limits).get()
    }

    /// Has a child confine itself and tell how.
    func confinement() async throws -> Confinement {
        let ending = try await run([RenderWorker.check])
        guard ending.status.isSuccess,
            let confinement = try? JSONDecoder().decode(Confinement.self, from: Data(ending.output))
        else {
            let text = ImagingError.plain(ending.complaints, atMost: 500)
            throw RenderFailure("a process that reads photos ends with \(ending.status): \(text)")
        }
        return confinement
    }

    private func run(_ file: String, into folder: String, as shape: PhotoShape) async throws -> Ending {
        try await run(RenderWorker.arguments(input: file, folder: folder, as: shape, limits: limits))
    }

    private func run(_ added: [String]) async throws -> Ending {
        do {
            let result = try await Subprocess.run(
                .path(FilePath(executable)), arguments: Arguments(arguments + added),
                environment: .custom(environment),
                input: .none, output: .bytes(limit: 1 << 16), error: .bytes(limit: 1 << 16))
            return Ending(
                status: result.terminationStatus, output: result.standardOutput,
                complaints: String(decoding: result.standardError, as: UTF8.self))
        } catch let error as SubprocessError where error.code == .outputLimitExceeded {
            // No working decoder has so much to say.
            throw ImagingError.damaged("")
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw RenderFailure("cannot run \(executable): \(error)")
        }
    }
}

extension RenderProcess {
    /// How a child ended.
    struct Ending: Sendable {
        let status: TerminationStatus
        let output: [UInt8]
        /// What it wrote on its standard error.
        let complaints: String

        func reply(within limits: PhotoLimits) throws -> RenderReply {
            if case .signaled(let signal) = status { return .refused(verdict(of: signal)) }
            guard status.isSuccess,
                let reply = try? JSONDecoder().decode(RenderReply.self, from: Data(output))
            else {
                // Libraries leave with a code of their own when they cannot have memory.
                if VipsError.tellsOfMemory(complaints) { return .refused(.tooComplex) }
                let text = ImagingError.plain(complaints, atMost: 500)
                return .failed("the rendering process ended with \(status): \(text)")
            }
            return reply.checked(against: limits)
        }

        /// The kernel's limits and the deadline end a child by signals of their own. A kill that was not ours comes from
        /// outside, most likely from a kernel without memory to spare. GLib traps where it cannot have memory; any other
        /// signal is a decoder falling over the file.
        private func verdict(of signal: CInt) -> ImagingError {
            switch signal {
            case SIGXCPU, SIGXFSZ: .tooComplex
            case SIGALRM, SIGKILL: .busy
            default: VipsError.tellsOfMemory(complaints) ? .tooComplex : .damaged("")
            }
        }
    }
}
