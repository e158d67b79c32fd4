import Core
import Hummingbird
import Web

/// Keeping people away: blocking and muting.
struct BlockRoutes {
    let community: Community
    let site: Site

    var routes: RouteCollection<WebContext> {
        let routes = RouteCollection(context: WebContext.self)
        routes.post("users/:username/block") { _, context in try await change(context, community.blocks.block) }
        routes.delete("users/:username/block") { _, context in try await change(context, community.blocks.unblock) }
        routes.post("users/:username/mute") { _, context in try await change(context, community.blocks.mute) }
        routes.delete("users/:username/mute") { _, context in try await change(context, community.blocks.unmute) }
        routes.get("blocks") { request, context in
            try await community.blocks.blocked(by: try context.member(), page: try request.page())
                .answer(to: request, at: site)
        }
        routes.get("mutes") { request, context in
            try await community.blocks.muted(by: try context.member(), page: try request.page())
                .answer(to: request, at: site)
        }
        return routes
    }
}
