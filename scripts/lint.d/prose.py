"""Checks the wording and the layout of code and documents: line length, quotation marks, and retired words."""

import pathlib
import re
import subprocess
import sys

MAX_COLUMNS = 110
TEXT = {".swift", ".py", ".js", ".css", ".md", ".h", ".yml", ".yaml", ".toml", ""}
# Words of an older vocabulary, each with its replacement.
RETIRED = {
    r"household": "services, or data directory",
    r"heed(?:s|ed|ing|Others)?": "observe",
    r"awaken\w*": "enhance",
    r"glance": "poll interval",
    r"keepers?": "administrator",
    r"liesOnItsSide": "swapsAxes",
    r"evenAt": "arrival time",
    r"\w*Wish": "request",
    r"way about": "navigation",
    r"whoever|whomever": "who, or the person who",
    r"somebody": "a person, a member or a client",
    r"tidings": "notifications",
}
RETIRED_WORD = re.compile("|".join(rf"\b(?:{word})\b" for word in RETIRED), re.IGNORECASE)
# This file names the words.
EXEMPT = {"scripts/lint.d/prose.py", "LICENSE"}

faults = []
files = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.splitlines()
for name in files:
    path = pathlib.Path(name)
    if name in EXEMPT or path.suffix not in TEXT or not path.is_file():
        continue
    try:
        lines = path.read_text().splitlines()
    except UnicodeDecodeError:
        continue
    for number, line in enumerate(lines, 1):
        where = f"{name}:{number}"
        # A row of a table and a link cannot be broken.
        is_unbreakable = path.suffix == ".md" and (line.lstrip().startswith("|") or " " not in line.strip())
        if len(line) > MAX_COLUMNS and not is_unbreakable:
            faults.append(f"{where}: {len(line)} columns; at most {MAX_COLUMNS} are allowed")
        if "«" in line or "»" in line:
            faults.append(f"{where}: guillemets; use “ ”")
        if found := RETIRED_WORD.search(line):
            word = next(new for old, new in RETIRED.items()
                        if re.fullmatch(old, found[0], re.IGNORECASE))
            faults.append(f"{where}: “{found[0]}” is retired; say {word}")

print("\n".join(faults))
sys.exit(1 if faults else 0)
