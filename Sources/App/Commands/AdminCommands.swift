import ArgumentParser
import Foundation
import Logging

/// Runs the pending migrations, as `serve` does when it starts.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Upgrade the database to this version's schema.")
    @OptionGroup var flags: SettingsFlags

    func run() async throws {
        let settings = try await flags.settings()
        let services = try await Services(
            settings, logger: Logger(label: "isntgram") { _ in LineLogHandler() })
        try await services.close()
        let database =
            settings.database.isShared ? "The PostgreSQL database" : "The database in \(settings.data)"
        print("\(database) has this version's schema.")
    }
}

/// Commands for accounts.
struct UserCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Create, list, change and delete accounts.",
        discussion: "Works whether or not the server is running.",
        subcommands: [
            Create.self, List.self, SetPassword.self, Sessions.self, DisableTwoFactor.self, Delete.self,
        ])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create an account. Reads the password from standard input.")
        @Argument(help: "1–30 characters: a–z, 0–9, “.” and “_”.") var username: String
        @Option(help: "The account's email address.") var email: String
        @Option(help: "The name shown next to the username.") var fullName = ""
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            let password = try Terminal.password()
            try await ControlSocket.perform(
                .createUser(username: username, email: email, fullName: fullName, password: password),
                in: try await flags.settings())
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List accounts: username, full name, posts and followers, separated by tabs.")
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            try await ControlSocket.perform(.listUsers, in: try await flags.settings())
        }
    }

    struct SetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: """
                Set a password, read from standard input. Ends all sessions and tokens of the account.
                """)
        @Argument var username: String
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            let password = try Terminal.password()
            try await ControlSocket.perform(
                .setPassword(username: username, password: password), in: try await flags.settings())
        }
    }

    struct Sessions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: """
                List the sessions and tokens of an account: kind, name, creation and last use, separated by \
                tabs.
                """)
        @Argument var username: String
        @Flag(help: "End all of them.") var end = false
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            try await ControlSocket.perform(
                end ? .endSessions(username: username) : .listSessions(username: username),
                in: try await flags.settings())
        }
    }

    struct DisableTwoFactor: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "disable-2fa",
            abstract: "Turn two-step verification off for a member who lost the app and the recovery codes.",
            discussion: "Make sure that the request really comes from the member.")
        @Argument var username: String
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            try await ControlSocket.perform(
                .disableTwoFactor(username: username), in: try await flags.settings())
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete an account with its posts, comments, likes and photos. This cannot be undone.")
        @Argument var username: String
        @Flag(help: "Do not ask for confirmation.") var yes = false
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            guard yes || Terminal.confirms("Delete \(username) and everything they posted?") else {
                throw CommandError("Nothing was deleted. To delete the account, answer yes or pass --yes.")
            }
            try await ControlSocket.perform(.deleteUser(username: username), in: try await flags.settings())
        }
    }
}

/// Commands for API tokens.
struct TokenCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Create and revoke API tokens.",
        subcommands: [Create.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a token and print it. It cannot be shown again.")
        @Argument var username: String
        @Option(help: "What the token may do: read, write, or read,write.") var scopes = "read,write"
        @Option(help: "A name that says what the token is for.") var name = "Command line"
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            try await ControlSocket.perform(
                .createToken(username: username, scopes: scopes, name: name), in: try await flags.settings())
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke one token, or all tokens of a user.")
        @Argument(help: "The token to revoke.") var token: String?
        @Option(help: "Revoke every token of this user.") var allOf: String?
        @OptionGroup var flags: SettingsFlags

        func validate() throws {
            guard (token == nil) != (allOf == nil) else {
                throw ValidationError("Pass the token to revoke, or --all-of USERNAME.")
            }
        }

        func run() async throws {
            let command: AdminCommand =
                if let allOf { .revokeTokens(username: allOf) } else { .revokeToken(token ?? "") }
            try await ControlSocket.perform(command, in: try await flags.settings())
        }
    }
}

/// Commands for invitations.
struct InviteCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "Create invitations.", subcommands: [Create.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create an invitation and print its code. The code cannot be shown again.",
            discussion: "New members enter the code when they register, or open /register?invite=CODE.")
        @Option(help: "How many accounts can be created with it.") var uses = 1
        @Option(help: "How many days it is valid.") var days = 14
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            try await ControlSocket.perform(
                .createInvite(uses: uses, days: days), in: try await flags.settings())
        }
    }
}

/// Runs the maintenance that the server runs every hour.
struct Maintain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove expired and unclaimed data, correct the counters, and print how much was done.")
    @Flag(
        help: """
            Move photos without a database record aside even if they are more than 1 % of all photos. They \
            are removed after a week.
            """)
    var removeStrays = false
    @OptionGroup var flags: SettingsFlags

    func run() async throws {
        try await ControlSocket.perform(.maintain(removeStrays: removeStrays), in: try await flags.settings())
    }
}

/// Questions to the person at the terminal.
enum Terminal {
    /// Reads a password from standard input. A terminal does not show what is typed.
    static func password() throws -> String {
        let isTerminal = isatty(STDIN_FILENO) == 1
        if isTerminal { FileHandle.standardError.write(Data("Password: ".utf8)) }
        var original = termios()
        if isTerminal {
            tcgetattr(STDIN_FILENO, &original)
            var silent = original
            silent.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        }
        defer { if isTerminal { tcsetattr(STDIN_FILENO, TCSAFLUSH, &original) } }
        guard let line = readLine(), !line.isEmpty else {
            throw CommandError("No password was given. Enter one, or pipe it to standard input.")
        }
        return line
    }

    /// Whether the person answers “yes” to the question.
    static func confirms(_ question: String) -> Bool {
        FileHandle.standardError.write(Data("\(question) [yes/no] ".utf8))
        return readLine() == "yes"
    }
}
