import ArgumentParser

/// Commands for background jobs.
struct JobCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "List unfinished jobs; retry or drop one.",
        discussion: """
            A job is background work that follows a change, such as removing the files of a deleted photo. A \
            job that fails is retried at growing intervals, and given up after a week.
            """,
        subcommands: [List.self, Retry.self, Drop.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List jobs: id, kind, state, attempts, time and last error, separated by tabs.")
        @OptionGroup var flags: SettingsFlags

        func run() async throws { try await ControlSocket.perform(.listJobs, in: try await flags.settings()) }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run a job now, even if it was given up.")
        @Argument(help: "The job's id, from “isntgram jobs list”.") var id: String
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            try await ControlSocket.perform(.retryJob(id: id), in: try await flags.settings())
        }
    }

    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a job from the queue without running it.",
            discussion: """
                Files that the job should have removed stay. After the next start, a deleted photo is served \
                again to anyone who has its URL, until the hourly maintenance finds it and moves it aside.
                """)
        @Argument(help: "The job's id, from “isntgram jobs list”.") var id: String
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            try await ControlSocket.perform(.dropJob(id: id), in: try await flags.settings())
        }
    }
}
