import Core
import HTML
import HTTPTypes
import Hummingbird
import NIOCore
import Web

/// What a page knows about its request: the viewer, the theme and the token of its forms. Renders the
/// response.
struct PageContext {
    let viewer: Viewer?
    let unreadCount: Int
    let theme: Theme
    /// The path of the request, with its query.
    let path: String
    /// The hidden field with the form token. Every form of the page contains it; it is rendered once.
    let tokenField: HTML
    /// The hidden field with the key of a form that makes something, so that a form that is sent twice makes
    /// one thing.
    let keyField: HTML
    private let secret: Secret
    private let isNewVisitor: Bool
    private let cookies: SiteCookies

    var site: Site { cookies.site }

    /// - Parameter isErrorPage: An error can occur before the cookies are read. An error page therefore sets
    ///   no new visitor cookie, which would replace the one that the browser has.
    init(_ context: some HandlerContext, cookies: SiteCookies, isErrorPage: Bool = false) {
        let context = context.web
        viewer = context.viewer
        unreadCount = context.unreadCount
        theme = context.theme
        path = context.path
        self.cookies = cookies
        secret = context.formSecret ?? cookies.newVisitorSecret()
        isNewVisitor = context.formSecret == nil && !isErrorPage
        tokenField = #"<input type="hidden" name="\#(Form.tokenField)" value="\#(secret.formToken)">"#
        let key = String(UInt64.random(in: 0 ... .max), radix: 36)
        keyField = #"<input type="hidden" name="\#(Form.keyField)" value="\#(key)">"#
    }

    /// Returns the response with the whole page. A new visitor also gets the cookie that their forms need.
    func page(
        _ title: String, status: HTTPResponse.Status = .ok, retryAfter: Int? = nil, head: HTML = .nothing,
        _ body: HTML
    ) -> Response {
        let markup = Layout(pageContext: self, title: title, head: head, content: body).html.bytes
        var response = Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentLength: String(markup.count),
            ], body: .init(byteBuffer: ByteBuffer(bytes: markup)))
        response.headers[.retryAfter] = retryAfter.map { String($0) }
        if isNewVisitor { cookies.setVisitorSecret(secret, on: &response) }
        return response
    }
}
