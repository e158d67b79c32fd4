import Core
import HTML
import Hummingbird
import Web

/// The API documentation for people, made from the same descriptions as the OpenAPI document.
struct APIDocs {
    let operations: [APIOperation]
    let cookies: SiteCookies

    var routes: [Route] {
        [.get("api/docs", .anyone) { _, context in page(PageContext(context, cookies: cookies)) }]
    }

    private func page(_ pageContext: PageContext) -> Response {
        var subjects: [String] = []
        for operation in operations where !subjects.contains(operation.subject) {
            subjects.append(operation.subject)
        }
        let sections = subjects.map { subject -> HTML in
            let entries = operations.filter { $0.subject == subject }.map(entry)
            return "<section><h2>\(subject)</h2>\(entries)</section>"
        }
        return pageContext.page(
            "API",
            """
            <div class="docs"><h1>API</h1>
            <p>JSON over HTTPS, under <code>/api</code>. Send <code>Authorization: Bearer TOKEN</code>
            with a token from <a href="/settings/tokens">your settings</a> or from \
            <code>POST /api/auth/login</code>. IDs are strings. Times are RFC 3339 in UTC.
            Lists are paginated: pass <code>nextCursor</code> as <code>cursor</code> to get the next page.
            Errors are <code>application/problem+json</code>. For tools:
            <a href="/api/openapi.json">OpenAPI 3.1</a>.</p>
            \(sections)</div>
            """)
    }

    private func entry(_ operation: APIOperation) -> HTML {
        let rows =
            operation.parameters.map { row($0.name, $0.isInPath ? "path" : "query", $0.meaning) }
            + operation.json.map { row($0.name, $0.isRequired ? "JSON" : "JSON, optional", $0.meaning) }
            + operation.form.map { row($0.name, $0.isRequired ? "form" : "form, optional", $0.meaning) }
        let errors = operation.errors.map { String($0.code) }.joined(separator: ", ")
        let result: HTML? = operation.answer.map { " with <code>\($0)</code>" }
        return """
            <details class="operation"><summary>\
            <code>\(operation.route.method.rawValue) /api\(operation.path)</code> \
            \(operation.summary)</summary>
            \(when: operation.route.audience == .member, #"<p class="hint">Requires a token.</p>"#)
            \(when: !rows.isEmpty, table(rows))
            <p>Returns \(operation.status.code)\(result). Errors: \(errors).</p>
            </details>
            """
    }

    private func table(_ rows: [HTML]) -> HTML {
        """
        <table><thead><tr><th scope="col">Name</th><th scope="col">In</th>\
        <th scope="col">Description</th></tr></thead>\
        <tbody>\(rows)</tbody></table>
        """
    }

    private func row(_ name: String, _ location: String, _ description: String) -> HTML {
        "<tr><td><code>\(name)</code></td><td>\(location)</td><td>\(description)</td></tr>"
    }
}
