import Core
import HTML
import Hummingbird
import Web

/// The second step of a sign-in: a code of the authenticator app, or a recovery code.
struct CodePage {
    let pageContext: PageContext
    let methods: [SecondFactor]
    var problem: Problem?

    var response: Response {
        let hint =
            methods.contains(.recoveryCode)
            ? "The six digits that your authenticator app shows, or one of your recovery codes."
            : "The six digits that your authenticator app shows."
        let field = Field(
            name: "code", label: "Code", hint: hint, autocomplete: "one-time-code",
            error: problem.error(for: "code"))
        return pageContext.page(
            "Enter your code", status: problem.status, retryAfter: problem?.retryAfter,
            """
            <div class="narrow"><h1>Enter your code</h1>\(alert(problem))
            <form method="post" action="/login/code">\(pageContext.tokenField)\(field.html)
            <p class="check"><input type="checkbox" id="trust" name="trust" value="on">\
            <label for="trust">Don’t ask again in this browser for 30 days</label></p>
            <button class="wide-button">Sign in</button></form>
            <p class="next">Lost your phone and your recovery codes? Ask the administrator of this site. \
            <a href="/login">Back to sign in</a></p></div>
            """)
    }
}
