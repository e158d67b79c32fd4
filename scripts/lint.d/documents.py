"""Checks that the documents name only files, test suites and anchors that exist."""

import pathlib
import re
import subprocess
import sys

files = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.splitlines()
folders = {str(parent) for name in files for parent in pathlib.PurePath(name).parents}
swift_tests = "\n".join(pathlib.Path(name).read_text() for name in files
                        if name.startswith("Tests/") and name.endswith(".swift"))
modules = {pathlib.PurePath(name).stem for name in files if name.endswith("_test.py")}

ROOTS = ("Sources/", "Tests/", "scripts/", ".ci/")
PATH = re.compile(r"`((?:%s)[^`\s…]*)`" % "|".join(map(re.escape, ROOTS)))
SUITE = re.compile(r"`((?:[A-Z]\w*Tests|[a-z]+_test))`")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors(document):
    headings = re.findall(r"^#+ (.+)$", pathlib.Path(document).read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


faults = []
for name in files:
    if not name.endswith(".md"):
        continue
    for number, line in enumerate(pathlib.Path(name).read_text().splitlines(), 1):
        where = f"{name}:{number}"
        for path in PATH.findall(line):
            # Capital words in a name, such as WIDTH, stand for something.
            is_pattern = re.search(r"[*{]|\b[A-Z]{4,}\b", path.replace("README", "")) is not None
            if not is_pattern and path not in files and path.rstrip("/") not in folders:
                faults.append(f"{where}: {path} does not exist")
        for suite in SUITE.findall(line):
            if suite not in modules and not re.search(rf"(?:struct|class|target)?\b{suite}\b", swift_tests) \
                    and f"Tests/{suite}" not in folders:
                faults.append(f"{where}: there is no test suite {suite}")
        for target in LINK.findall(line):
            if "://" in target or target.startswith(("mailto:", "/")):
                continue
            path, _, anchor = target.partition("#")
            document = str((pathlib.Path(name).parent / path).resolve().relative_to(pathlib.Path.cwd())) \
                if path else name
            if document not in files and document not in folders:
                faults.append(f"{where}: the link to {target} leads nowhere")
            elif anchor and document.endswith(".md") and anchor not in anchors(document):
                faults.append(f"{where}: {document} has no heading “{anchor}”")

print("\n".join(faults))
sys.exit(1 if faults else 0)
