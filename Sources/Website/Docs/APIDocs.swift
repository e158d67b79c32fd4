import Core
import HTML
import Hummingbird
import Web

/// The description of the API for people.
struct APIDocs {
    let operations: [APIOperation]
    let cookies: SiteCookies

    var routes: [Route] {
        [.get("api/docs", .anyone) { _, context in page(PageContext(context, cookies: cookies)) }]
    }

    private func page(_ visit: PageContext) -> Response {
        var subjects: [String] = []
        for operation in operations where !subjects.contains(operation.subject) {
            subjects.append(operation.subject)
        }
        let sections = subjects.map { subject -> HTML in
            let here = operations.filter { $0.subject == subject }
            return "<section><h2>\(subject)</h2>\(here.map(block))</section>"
        }
        return visit.page(
            "API",
            """
            <div class="docs"><h1>The API</h1>
            <p>JSON over HTTPS, below <code>/api</code>. Send <code>Authorization: Bearer TOKEN</code> with a token made in
            <a href="/settings/tokens">your settings</a> or by <code>POST /api/auth/login</code>. Ids are text, times are RFC 3339 in
            UTC. Lists are pages: pass <code>nextCursor</code> as <code>cursor</code>. Errors are
            <code>application/problem+json</code>. For programs: <a href="/api/openapi.json">OpenAPI 3.1</a>.</p>
            \(sections)</div>
            """)
    }

    private func block(_ operation: APIOperation) -> HTML {
        let rows =
            operation.parameters.map { row($0.name, $0.isInPath ? "path" : "query", $0.meaning) }
            + operation.json.map { row($0.name, $0.isRequired ? "JSON" : "JSON, optional", $0.meaning) }
            + operation.form.map { row($0.name, $0.isRequired ? "form" : "form, optional", $0.meaning) }
        let errors = operation.errors.map { String($0.code) }.joined(separator: " ")
        return """
            <details class="operation"><summary><code>\(operation.route.method.rawValue) /api\(operation.path)</code> \(operation.summary)</summary>
            \(when: operation.route.audience == .member, "<p class=\"hint\">Needs a token.</p>")
            \(when: !rows.isEmpty, "<table><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">In</th><th scope=\"col\">Meaning</th></tr></thead><tbody>\(rows)</tbody></table>")
            <p>Answers \(operation.status.code)\(when: operation.answer != nil, " with <code>\(operation.answer ?? "")</code>"); errors \(errors).</p>
            </details>
            """
    }

    private func row(_ name: String, _ place: String, _ meaning: String) -> HTML {
        "<tr><td><code>\(name)</code></td><td>\(place)</td><td>\(meaning)</td></tr>"
    }
}
