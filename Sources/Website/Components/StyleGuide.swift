#if DEBUG
    @testable import Core
    import HTML
    import Hummingbird
    import Web

    /// A page that shows every component in every state, in debug builds.
    struct StyleGuide {
        let pageContext: PageContext

        var response: Response {
            pageContext.page(
                "Style guide",
                """
                <h1 class="inset">Style guide</h1>\(examples.map { example($0.0, $0.1) })
                """)
        }

        private func example(_ name: String, _ content: HTML) -> HTML {
            #"<section class="specimen" aria-label="\#(name)"><h2>\#(name)</h2>\#(content)</section>"#
        }

        private static let photo = Photo(
            id: ID(1), files: "00/00000000000000000000000000000000", fileType: "jpg", width: 1080,
            height: 1080, altText: "A sample", blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
            renditions: [.init(width: 1080, height: 1080)])

        private func post(_ photos: Int = 1, isLiked: Bool = false, likes: Int = 0, caption: String = "")
            -> Post
        {
            Post(
                id: ID(1), author: person, caption: caption, location: photos > 1 ? "Turin" : "",
                photos: Array(repeating: Self.photo, count: photos), likesCount: likes, commentsCount: likes,
                likedByViewer: isLiked, savedByViewer: isLiked, createdAt: 1_790_000_000_000,
                updatedAt: 1_790_000_000_000)
        }

        private var person: AccountSummary {
            AccountSummary(id: ID(4), username: "ada", fullName: "Ada Lovelace", picture: nil)
        }

        private func people(isFollowing: Bool) -> HTML {
            pageContext.people([person], empty: "") {
                pageContext.followButton(
                    $0.username, isOn: isFollowing, label: isFollowing ? "Following" : "Follow",
                    returnTo: "/styleguide")
            }
        }

        private func card(_ post: Post, _ preview: PostPreview?) -> HTML {
            let card = PostCard(
                post: post, pageContext: pageContext, returnPath: "/styleguide", preview: preview)
            return #"<div class="column">\#(card.html)</div>"#
        }

        private var examples: [(String, HTML)] {
            let long =
                "A caption of more than two lines is folded, and a click on “more” shows the rest of it. "
            let icons = Icon.allCases.map { #"<span class="tool">\#($0.html)</span>"# as HTML }
            let wrong = Field(
                name: "wrong", label: "Label", value: "typed", error: "What is wrong, and how to fix it.")
            let preview = PostPreview(
                likedBy: "ben", comments: [.init(id: ID(1), author: "cleo", text: "Lovely @ada #turin")])
            return [
                (
                    "Buttons",
                    """
                    <p><button>Action</button> <button class="quiet">Quiet</button> \
                    <button class="danger">Danger</button> \
                    <button disabled>Disabled</button> <button class="plain accent">Plain</button> \
                    <a class="button" href="/">Link</a></p>
                    """
                ),
                (
                    "Icons",
                    #"<p class="actions">\#(icons)</p>"#
                ),
                (
                    "Fields",
                    """
                    <div class="narrow">\(Field(name: "plain", label: "Label", hint: "A hint.").html)\
                    \(wrong.html)\(TextArea(name: "long", label: "Long text", limit: 150).html)\
                    \(alert(Problem(.invalid, "Something is wrong with this form.")))\
                    <p class="done" role="status">Changes saved.</p></div>
                    """
                ),
                (
                    "Avatars",
                    """
                    <p class="actions">\(pageContext.avatar(person)) \
                    \(pageContext.avatar(person, isLarge: true))</p>
                    """
                ),
                (
                    "People",
                    """
                    <div class="narrow">\(people(isFollowing: false))\(people(isFollowing: true))\
                    \(pageContext.people([], empty: "No followers yet."))</div>
                    """
                ), ("Card", card(post(), PostPreview())),
                (
                    "Card, liked and commented, several photos",
                    card(post(3, isLiked: true, likes: 13, caption: long + long), preview)
                ),
                ("Grid", pageContext.grid([post(), post(2, likes: 3)], empty: .nothing)),
                ("Empty grid", pageContext.grid([], empty: #"<p class="empty">No posts yet.</p>"#)),
                (
                    "Loading",
                    #"<div class="loading" role="img" aria-label="Loading"><i></i><i></i></div>"#
                ),
                (
                    "Toast",
                    #"<div class="toast"><span>Saved</span><button type="button">Undo</button></div>"#
                ),
            ]
        }
    }
#endif
