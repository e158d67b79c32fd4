import ArgumentParser
import Dispatch
import Foundation
import Imaging
import Logging

@main
enum Program {
    static func main() {
        ProcessSetup.prepare()
        let arguments = CommandLine.arguments.dropFirst()
        // The server runs this command itself. It must come before a second thread exists, because that
        // thread could not be confined.
        if arguments.first == RenderWorker.command {
            exit(RenderWorker.main(arguments: Array(arguments.dropFirst())))
        }
        Task {
            await Isntgram.main(nil)
            exit(EXIT_SUCCESS)
        }
        dispatchMain()
    }
}

/// The command line.
struct Isntgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "isntgram",
        abstract: "A photo community in one program.",
        discussion: "Start with “isntgram serve” and open the address that it prints.",
        version: version,
        subcommands: [
            Serve.self, Migrate.self, UserCommands.self, TokenCommands.self, InviteCommands.self,
            Maintain.self, JobCommands.self, SecretCommands.self,
            StorageCommands.self,
            MediaCommands.self, HealthCheck.self,
            MakeVariants.self,
            SeedCommunity.self,
        ])

    static let version = "0.1.0"
}
