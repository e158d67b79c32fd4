import ArgumentParser

/// What is still to be done after changes, for whoever runs the server.
struct JobCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "List jobs that wait, failed or were given up; run or drop one.",
        discussion: """
            A job is what must happen after a change, as that the files of a deleted photo are removed. One that fails \
            is tried again with growing pauses, and given up after a week.
            """,
        subcommands: [List.self, Retry.self, Drop.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List jobs: id, kind, state, attempts, time, last error, separated by tabs.")
        @OptionGroup var flags: SettingsFlags

        func run() async throws { try await ControlSocket.perform(.listJobs, in: try await flags.settings()) }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have a job run now, also one that was given up.")
        @Argument(help: "Its id, as “isntgram jobs list” shows it.") var id: String
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            try await ControlSocket.perform(.retryJob(id: id), in: try await flags.settings())
        }
    }

    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a job out undone.",
            discussion: """
                The files that it was to remove stay: from the next start on, whoever has the address of a deleted photo is \
                served it again, until the hourly maintenance finds it and moves it aside.
                """)
        @Argument(help: "Its id, as “isntgram jobs list” shows it.") var id: String
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            try await ControlSocket.perform(.dropJob(id: id), in: try await flags.settings())
        }
    }
}
