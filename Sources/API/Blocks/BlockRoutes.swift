import Core
import Hummingbird
import Web

/// Keeping people away: blocking and muting.
struct BlockRoutes {
    let community: Community
    let site: Site

    var routes: [Route] {
        [
            .post("users/{username}/block", .member, use: change(community.blocks.block)),
            .delete("users/{username}/block", .member, use: change(community.blocks.unblock)),
            .post("users/{username}/mute", .member, use: change(community.blocks.mute)),
            .delete("users/{username}/mute", .member, use: change(community.blocks.unmute)),
            .get("blocks", .member) { request, context in
                try await community.blocks.blocked(by: context.member, page: try request.page(of: .blocks))
                    .answer(to: request, at: site, as: .blocks)
            },
            .get("mutes", .member) { request, context in
                try await community.blocks.muted(by: context.member, page: try request.page(of: .mutes))
                    .answer(to: request, at: site, as: .mutes)
            },
        ]
    }
}
