import ArgumentParser
import Logging

/// The program.
@main
struct Isntgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "isntgram",
        abstract: "A photo community in one program.",
        discussion: "Begin with «isntgram serve» and open the address it prints.",
        version: version,
        subcommands: [
            Serve.self, Migrate.self, UserCommands.self, TokenCommands.self, InviteCommands.self, Maintain.self, JobCommands.self,
            StorageCommands.self,
            MediaCommands.self, HealthCheck.self,
            RenderPhoto.self, MakeVariants.self,
            SeedCommunity.self,
        ])

    static let version = "0.1.0"

    static func main() async {
        ProcessSetup.prepare()
        await main(nil)
    }
}
