"""Lists every text that people read (pages, JSON, logs, commands) in Tests/messages.txt.

Fails if the list is out of date; `--write` writes it.
"""

import html
import pathlib
import re
import sys

SNAPSHOT = pathlib.Path("Tests/messages.txt")
# Texts of the API's description, of the demo community and of measurements have readers of their own.
SKIPPED = ("Sources/API/OpenAPI/Examples", "Sources/API/OpenAPI/TextPatterns", "Sources/App/Demo/",
           "Sources/Core/Credentials/CommonPasswords", "Sources/Core/Schema/",
           "Sources/Core/Texts/TopLevelDomains", "Sources/Seeding/",
           "Sources/StylesheetTool/", "Sources/StylesheetPlugin/")
SQL = re.compile(
    r"^[\s…]*\(?(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|WITH|PRAGMA|EXISTS|NOT EXISTS|BEGIN|COMMIT|"
    r"UNION|JOIN|LIMIT|"
    r"ROLLBACK|SET |LISTEN|NOTIFY|VALUES|FROM|WHERE|AND |ORDER BY|EXPLAIN|VACUUM|DECLARE)\b")
SWIFT_LITERAL = re.compile(r'(?P<hash>#*)(?P<quote>"""|")', re.S)


def swift_literals(text):
    """Yields the string literals of a Swift file, with interpolations replaced by “…”."""
    position = 0
    while position < len(text):
        if text.startswith("//", position):
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
            continue
        match = SWIFT_LITERAL.match(text, position)
        if not match:
            position += 1
            continue
        literal, position = read_literal(text, match)
        yield literal


def read_literal(text, match):
    """Reads one literal. Returns its text and the position after it."""
    hashes, quote = match["hash"], match["quote"]
    closing, escape = quote + hashes, "\\" + hashes
    position, parts = match.end(), []
    while not text.startswith(closing, position):
        if position >= len(text):
            raise SystemExit(f"a string literal does not end: {text[match.start():match.start() + 60]!r}")
        if text.startswith(escape + "(", position):
            position = skip_interpolation(text, position + len(escape) + 1)
            parts.append("…")
        elif text.startswith(escape, position):
            character = text[position + len(escape)]
            unicode_escape = re.match(r"u\{([0-9A-Fa-f]+)\}", text[position + len(escape):])
            if unicode_escape:
                parts.append(chr(int(unicode_escape[1], 16)))
                position += len(escape) + len(unicode_escape[0])
            else:
                parts.append({"n": "\n", "t": "\t", "\n": "", "r": "", "0": ""}.get(character, character))
                position += len(escape) + 1
                if character == "\n":
                    position += len(text[position:]) - len(text[position:].lstrip(" "))
        else:
            parts.append(text[position])
            position += 1
    return "".join(parts), position + len(closing)


def skip_interpolation(text, position):
    """Returns the position after the closing parenthesis of an interpolation."""
    depth = 1
    while depth:
        match = SWIFT_LITERAL.match(text, position)
        if match:
            _, position = read_literal(text, match)
            continue
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        position += 1
    return position


def script_literals(text):
    """Yields the string literals of a JavaScript module."""
    text = re.sub(r"(?m)^\s*//.*$", "", text)
    for match in re.finditer(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`', text):
        yield re.sub(r"\$\{[^}]*\}", "…", match[1] or match[2] or "")


def messages(literal):
    """Returns the texts for people in a literal: the text itself, or the texts in its markup."""
    if SQL.match(literal):
        return []
    if re.search(r"</?[a-z][a-z0-9]*[ >]|/>", literal):
        texts = re.findall(r'(?:aria-label|placeholder|title|alt|data-labels|content)="([^"]*)"', literal)
        texts += re.split(r"<[^>]*>", literal)
    else:
        texts = [literal]
    return [" ".join(html.unescape(text).split()) for text in texts]


def is_message(text):
    words = re.findall(r"[A-Za-z’']{2,}", text)
    if len(words) < 2:
        # Labels of one word, such as “Like”.
        return bool(re.fullmatch(r"[A-Z][a-z]+[.…]?", text))
    is_code = re.search(
        r"[{};=<>]|^[a-z_./-]+$|^[a-z]+://|^\w+\(|^--|\$\d|^[a-z]\.[a-z_]+,|[ ,][.#\[][a-z]|^[.#]|^[A-Z ]+ …",
        text)
    return not is_code and " " in text


def snapshot():
    lines = []
    files = [*pathlib.Path("Sources").glob("**/*.swift"), *pathlib.Path("Sources").glob("**/*.js")]
    for path in sorted(files, key=str):
        if str(path).startswith(SKIPPED):
            continue
        source = path.read_text()
        literals = swift_literals(source) if path.suffix == ".swift" else script_literals(source)
        found = dict.fromkeys(text for literal in literals for text in messages(literal) if is_message(text))
        if found:
            lines += [f"# {path.relative_to('Sources')}", *found, ""]
    return "\n".join(lines)


now = snapshot()
if "--write" in sys.argv:
    SNAPSHOT.write_text(now)
elif not SNAPSHOT.exists() or SNAPSHOT.read_text() != now:
    sys.exit(f"{SNAPSHOT} is out of date: run `python3 {sys.argv[0]} --write`, and read what changed")
