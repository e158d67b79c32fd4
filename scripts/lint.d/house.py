"""Checks the house: each target imports only what stands below it, files stay short, nothing is left unfinished."""

import pathlib
import re
import sys

# From the top down; a target imports only what stands below it.
ORDER = ["App", "Website", "API", "Web", "Core", "SQLiteStorage", "PostgresStorage", "Storage", "MediaStorage",
         "Imaging", "HTML", "WebsiteAssets", "DemoPhotos", "CVips", "CArgon2", "CPostgres", "CZlib"]
# What stands side by side, and must not know each other.
APART = {("Website", "API"), ("API", "HTML"), ("Web", "HTML"), ("Core", "HTML"), ("Core", "SQLiteStorage"),
         ("Core", "PostgresStorage"), ("SQLiteStorage", "PostgresStorage"), ("Web", "PostgresStorage"),
         ("MediaStorage", "Imaging"), ("Storage", "MediaStorage"), ("Web", "SQLiteStorage"), ("Storage", "Imaging")}
LONGEST = 400
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")
# What only one system has stands behind a condition, so that the code builds on Linux and on macOS.
SYSTEM = re.compile(r"\b(?:Glibc|Musl|Darwin)\.|\bimport (?:Glibc|Musl)\b|\b__rlimit_resource|\bSOCK_\w+\.rawValue")
CONDITION = re.compile(r"\s*#(if|elseif|else|endif)\b(.*)")

faults = []


def unconditional(lines):
    """The lines that name what one system alone has, outside of a condition that asks for it."""
    conditions = []
    for number, line in enumerate(lines, 1):
        found = CONDITION.match(line)
        if found and found[1] == "if":
            conditions.append(found[2])
        elif found and found[1] == "endif":
            conditions.pop()
        elif found:
            conditions[-1] += found[2]
        elif SYSTEM.search(line.split("//")[0]) and not any("os(" in c or "canImport(" in c for c in conditions):
            yield number, line.strip()


for path in sorted(pathlib.Path(".").glob("Sources/**/*.swift")) + sorted(pathlib.Path(".").glob("Tests/**/*.swift")):
    lines = path.read_text().splitlines()
    if len(lines) > LONGEST:
        faults.append(f"{path}: {len(lines)} lines, more than {LONGEST}")
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line):
            faults.append(f"{path}:{number}: unfinished: {line.strip()}")
        if path.parts[0] == "Sources" and re.search(r"\b(SQL|HTML)\(stringLiteral:", line):
            faults.append(f"{path}:{number}: only literals become SQL or HTML")
    for number, line in unconditional(lines):
        faults.append(f"{path}:{number}: only one system has this, say which by #if: {line}")
    if path.parts[0] != "Sources":
        continue
    room = "WebsiteAssets" if "Assets" in path.parts else path.parts[1]
    for line in lines:
        found = re.match(r"(?:@testable |package )?import (?:struct |protocol |class )?(\w+)", line)
        if not found or found[1] not in ORDER:
            continue
        other = found[1]
        if ORDER.index(other) <= ORDER.index(room) or (room, other) in APART:
            faults.append(f"{path}: {room} must not import {other}")

print("\n".join(faults))
sys.exit(1 if faults else 0)
