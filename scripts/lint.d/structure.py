"""Checks rules that `swift format` does not know: imports go down, files are short, no work is unfinished,
platform symbols are conditional, folders are named by subject, and queries contain `Visibility`.
"""

import pathlib
import re
import sys

# From top to bottom. A target may import only targets below it.
ORDER = [
    "App", "Seeding", "Website", "API", "Web", "Core", "SQLiteStorage", "PostgresStorage", "Storage",
    "MediaStorage", "Imaging", "HTML", "Encodings", "WebsiteAssets", "DemoPhotos", "StylesheetPlugin",
    "StylesheetTool", "CVips", "CArgon2", "CPostgres", "CZlib", "CMalloc", "CSandbox", "CSeccomp",
]
# The first target of a pair must not import the second, although the second is below it.
FORBIDDEN = {
    ("Website", "API"), ("API", "HTML"), ("Web", "HTML"), ("Core", "HTML"), ("Core", "SQLiteStorage"),
    ("Core", "PostgresStorage"), ("SQLiteStorage", "PostgresStorage"), ("Web", "PostgresStorage"),
    ("MediaStorage", "Imaging"), ("Storage", "MediaStorage"), ("Web", "SQLiteStorage"),
    ("Storage", "Imaging"), ("Seeding", "Website"), ("Seeding", "API"), ("Seeding", "Web"),
}
# Folders of `API` and `Website` have the name of a folder of `Core`. These folders are the exceptions.
OTHER_FOLDERS = {"OpenAPI", "Assets", "Components", "Docs", "Settings"}
# Functions that select accounts, posts or comments contain a condition of `Visibility`. These functions need
# none: they only list columns, or their result is for the account itself or for the administrator.
WITHOUT_VISIBILITY = {
    ("AccountRecords.swift", "find"), ("AccountRecords.swift", "all"), ("AccountRecords.swift", "demo"),
    ("Account.swift", "columns"), ("Comment.swift", "columns"), ("CredentialRecords.swift", "viewer"),
    # People whom the viewer blocked are the subject of this list.
    ("Blocks.swift", "blocked"),
    # The member's own comments, for the export.
    ("CommentRecords.swift", "by"),
    # Its source is a query with the condition.
    ("NotificationRecords.swift", "groups"),
}
# Text by people, the fields that they write in, and times are made in these files, which know about
# directions, limits and time zones.
WRITTEN = {"Fields.swift", "RichText.swift", "WrittenText.swift"}
HANDWRITTEN = re.compile(
    r'<textarea|<input[^>]*type="(?:text|search|email|url)"|<time\b|\blinkified\(|\bmaxlength\b')
MAX_LINES = 400
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")
# Platform-specific symbols must be inside `#if`, so that the code builds on Linux and macOS.
PLATFORM = re.compile(
    r"\b(?:Glibc|Musl|Darwin)\.|\bimport (?:Glibc|Musl)\b|\b__rlimit_resource|\bSOCK_\w+\.rawValue")
CONDITION = re.compile(r"\s*#(if|elseif|else|endif)\b(.*)")

faults = []


def unconditional_platform_lines(lines):
    """Yields the lines with platform symbols outside of `#if os(…)` and `#if canImport(…)`."""
    conditions = []
    for number, line in enumerate(lines, 1):
        found = CONDITION.match(line)
        if found and found[1] == "if":
            conditions.append(found[2])
        elif found and found[1] == "endif":
            conditions.pop()
        elif found:
            conditions[-1] += found[2]
        elif PLATFORM.search(line.split("//")[0]) and not any(
                "os(" in condition or "canImport(" in condition for condition in conditions):
            yield number, line.strip()


root = pathlib.Path(".")
for path in sorted(root.glob("Sources/**/*.swift")) + sorted(root.glob("Tests/**/*.swift")):
    lines = path.read_text().splitlines()
    if len(lines) > MAX_LINES:
        faults.append(f"{path}: {len(lines)} lines; at most {MAX_LINES} are allowed")
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line):
            faults.append(f"{path}:{number}: unfinished work: {line.strip()}")
        if path.parts[0] == "Sources" and re.search(r"\b(SQL|HTML)\(stringLiteral:", line):
            faults.append(f"{path}:{number}: SQL and HTML must be made from literals")
    for number, line in unconditional_platform_lines(lines):
        faults.append(f"{path}:{number}: a platform symbol needs a condition such as #if os(Linux): {line}")
    if path.parts[0] != "Sources":
        continue
    target = "WebsiteAssets" if "Assets" in path.parts else path.parts[1]
    if target == "Website" and path.name not in WRITTEN:
        for number, line in enumerate(lines, 1):
            if found := HANDWRITTEN.search(line):
                faults.append(f"{path}:{number}: “{found[0]}” belongs to Fields.swift or WrittenText.swift")
    for line in lines:
        found = re.match(r"(?:@testable |package )?import (?:struct |protocol |class )?(\w+)", line)
        if not found or found[1] not in ORDER:
            continue
        imported = found[1]
        if ORDER.index(imported) <= ORDER.index(target) or (target, imported) in FORBIDDEN:
            faults.append(f"{path}: {target} must not import {imported}")

for path in sorted(root.glob("Sources/**/*.css")):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if UNFINISHED.search(line):
            faults.append(f"{path}:{number}: unfinished work: {line.strip()}")

for path in sorted(root.glob("Sources/**/*.js")):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if re.search(r"\bmaxlength\b:", line, re.IGNORECASE):
            faults.append(f"{path}:{number}: maxlength counts UTF-16 code units; use data-limit")

subjects = {path.name for path in (root / "Sources/Core").iterdir() if path.is_dir()}
for target in ["API", "Website"]:
    for path in (root / "Sources" / target).iterdir():
        if path.is_dir() and path.name not in subjects | OTHER_FOLDERS:
            faults.append(f"{path}: Core has no folder {path.name}; subjects have the same names everywhere")

for path in sorted(root.glob("Sources/Core/**/*.swift")):
    for function in re.split(r"\n    (?=(?:@?\w+ )*func )", path.read_text())[1:]:
        name = re.search(r"func (\S+)", function)[1].partition("(")[0].partition("<")[0]
        selects = re.search(r"\b(?:Post|Account|AccountSummary|Comment)\.columns\b", function)
        if selects and "Visibility" not in function and (path.name, name) not in WITHOUT_VISIBILITY:
            faults.append(f"{path}: the query of {name} lacks a condition of Visibility")

print("\n".join(faults))
sys.exit(1 if faults else 0)
