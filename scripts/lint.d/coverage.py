"""Merges the coverage of the tests and of the programs that they started, and prints it for each target.

The exit status is 1 if the line coverage is below the minimum.

    coverage.py BIN PROFILES
"""

import json
import pathlib
import shutil
import subprocess
import sys

MINIMUM = 95.0
binary_folder, profiles = map(pathlib.Path, sys.argv[1:3])
toolchain = pathlib.Path(shutil.which("swift")).resolve().parent
raw_profiles = [*profiles.glob("*.profraw"), *(binary_folder / "codecov").glob("*.profraw"),
                *pathlib.Path(".").glob("*.profraw")]
merged = profiles / "all.profdata"
subprocess.run(
    [toolchain / "llvm-profdata", "merge", "-sparse", "-failure-mode=all", *raw_profiles, "-o", merged],
    check=True)
for stray in pathlib.Path(".").glob("*.profraw"):
    stray.unlink()
tests = next(binary_folder.glob("*.xctest"))
exported = subprocess.run(
    [toolchain / "llvm-cov", "export", "-summary-only", "-instr-profile", merged, tests,
     "-object", binary_folder / "isntgram"],
    check=True, capture_output=True, text=True).stdout

targets = {}
for file in json.loads(exported)["data"][0]["files"]:
    name = file["filename"]
    if "/Sources/" not in name or "/.build/" in name or ".build" in pathlib.Path(name).parts:
        continue
    target = name.split("/Sources/")[1].split("/")[0]
    lines = file["summary"]["lines"]
    count, covered = targets.get(target, (0, 0))
    targets[target] = (count + lines["count"], covered + lines["covered"])
total = tuple(map(sum, zip(*targets.values())))
for target, (count, covered) in [*sorted(targets.items()), ("all", total)]:
    print(f"{target:15} {covered:6} of {count:6} lines  {100 * covered / count:6.2f} %")
if 100 * total[1] / total[0] < MINIMUM:
    print(f"coverage: less than {MINIMUM} % of the lines are covered")
    sys.exit(1)
