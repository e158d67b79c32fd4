import Core
import Hummingbird
import Web

/// Routes to block and mute people.
struct BlockRoutes {
    let community: Community
    let site: Site

    var routes: [Route] {
        [
            .post("users/{username}/block", .member, use: usernameHandler(community.blocks.block)),
            .delete("users/{username}/block", .member, use: usernameHandler(community.blocks.unblock)),
            .post("users/{username}/mute", .member, use: usernameHandler(community.blocks.mute)),
            .delete("users/{username}/mute", .member, use: usernameHandler(community.blocks.unmute)),
            .get("blocks", .member) { request, context in
                try await community.blocks.blocked(by: context.member, page: try request.page(of: .blocks))
                    .response(to: request, at: site, as: .blocks)
            },
            .get("mutes", .member) { request, context in
                try await community.blocks.muted(by: context.member, page: try request.page(of: .mutes))
                    .response(to: request, at: site, as: .mutes)
            },
        ]
    }
}
