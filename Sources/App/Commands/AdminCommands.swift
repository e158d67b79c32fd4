import ArgumentParser
import Foundation
import Logging

/// Brings the database to the present schema, as `serve` does when it starts.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Bring the database to this version's schema.")
    @OptionGroup var flags: SettingsFlags

    func run() async throws {
        let settings = try await flags.settings()
        let services = try await Services(settings, logger: Logger(label: "isntgram") { _ in LineLog() })
        try await services.close()
        let place =
            settings.database.isShared ? "The PostgreSQL database" : "The database in \(settings.data)"
        print("\(place) is at this version's schema.")
    }
}

/// Accounts, for whoever runs the server.
struct UserCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Make, list, change and delete accounts.",
        discussion: "Works while the server runs, and while it does not.",
        subcommands: [Create.self, List.self, SetPassword.self, Delete.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an account; reads the password from standard input.")
        @Argument(help: "1–30 of a–z 0–9 . _") var username: String
        @Option(help: "The account's email address.") var email: String
        @Option(help: "The name shown beside the username.") var fullName = ""
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
            abstract: "List accounts: username, full name, posts, followers, separated by tabs.")
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            try await ControlSocket.perform(.listUsers, in: try await flags.settings())
        }
    }

    struct SetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set a password, read from standard input; ends every session and token.")
        @Argument var username: String
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            let password = try Terminal.password()
            try await ControlSocket.perform(
                .setPassword(username: username, password: password), in: try await flags.settings())
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete an account with its posts, comments, likes and photos. There is no way back.")
        @Argument var username: String
        @Flag(help: "Do not ask.") var yes = false
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            guard yes || Terminal.confirms("Delete \(username) and all they posted?") else {
                throw SettingsError("Nothing was deleted. Say yes, or give --yes.")
            }
            try await ControlSocket.perform(.deleteUser(username: username), in: try await flags.settings())
        }
    }
}

/// API tokens, for whoever runs the server.
struct TokenCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Make and revoke API tokens.",
        subcommands: [Create.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a token and print it, this once.")
        @Argument var username: String
        @Option(help: "What it may do: read, write, or both with a comma between.") var scopes = "read,write"
        @Option(help: "What it is for, to tell it from others.") var name = "Command line"
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            try await ControlSocket.perform(
                .createToken(username: username, scopes: scopes, name: name), in: try await flags.settings())
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a token, or all of a user's.")
        @Argument(help: "The token itself.") var token: String?
        @Option(help: "End every token of this user.") var allOf: String?
        @OptionGroup var flags: SettingsFlags

        func validate() throws {
            guard (token == nil) != (allOf == nil) else {
                throw ValidationError("Give the token to end, or --all-of USERNAME.")
            }
        }

        func run() async throws {
            let command: AdminCommand =
                if let allOf { .revokeTokens(username: allOf) } else { .revokeToken(token ?? "") }
            try await ControlSocket.perform(command, in: try await flags.settings())
        }
    }
}

/// Invitations, for whoever runs the server.
struct InviteCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "Make invitations.", subcommands: [Create.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an invitation and print its code, this once.",
            discussion: "Who registers with it types the code, or opens /register?invite=CODE.")
        @Option(help: "How many accounts it is for.") var uses = 1
        @Option(help: "How many days it is good.") var days = 14
        @OptionGroup var flags: SettingsFlags

        func run() async throws {
            try await ControlSocket.perform(
                .createInvite(uses: uses, days: days), in: try await flags.settings())
        }
    }
}

/// One round of what the server does every hour.
struct Maintain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove what has expired or is claimed by nothing, and recount; prints how many of each.")
    @Flag(
        help: """
            Move photos that no record names aside also where they are more than a hundredth of all; they are removed \
            after a week.
            """)
    var removeStrays = false
    @OptionGroup var flags: SettingsFlags

    func run() async throws {
        try await ControlSocket.perform(.maintain(removeStrays: removeStrays), in: try await flags.settings())
    }
}

/// Asking the person at the terminal.
enum Terminal {
    /// A line from standard input, not shown where it is typed.
    static func password() throws -> String {
        let isTyped = isatty(STDIN_FILENO) == 1
        if isTyped { FileHandle.standardError.write(Data("Password: ".utf8)) }
        var before = termios()
        if isTyped {
            tcgetattr(STDIN_FILENO, &before)
            var silent = before
            silent.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        }
        defer { if isTyped { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) } }
        guard let line = readLine(), !line.isEmpty else {
            throw SettingsError("No password came on standard input.")
        }
        return line
    }

    static func confirms(_ question: String) -> Bool {
        FileHandle.standardError.write(Data("\(question) [yes/no] ".utf8))
        return readLine() == "yes"
    }
}
