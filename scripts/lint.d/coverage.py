"""Merges what the tests and the programs they started covered, and prints it by room; exit status 1 below the floor.

    coverage.py BIN PROFILES
"""

import json
import pathlib
import shutil
import subprocess
import sys

FLOOR = 95.0
binary_folder, profiles = map(pathlib.Path, sys.argv[1:3])
swift = pathlib.Path(shutil.which("swift")).resolve().parent
found = [*profiles.glob("*.profraw"), *(binary_folder / "codecov").glob("*.profraw"), *pathlib.Path(".").glob("*.profraw")]
merged = profiles / "all.profdata"
subprocess.run([swift / "llvm-profdata", "merge", "-sparse", "-failure-mode=all", *found, "-o", merged], check=True)
for stray in pathlib.Path(".").glob("*.profraw"):
    stray.unlink()
tests = next(binary_folder.glob("*.xctest"))
exported = subprocess.run(
    [swift / "llvm-cov", "export", "-summary-only", "-instr-profile", merged, tests, "-object", binary_folder / "isntgram"],
    check=True, capture_output=True, text=True).stdout

rooms = {}
for file in json.loads(exported)["data"][0]["files"]:
    name = file["filename"]
    if "/Sources/" not in name or "/.build/" in name or ".build" in pathlib.Path(name).parts:
        continue
    room = name.split("/Sources/")[1].split("/")[0]
    lines = file["summary"]["lines"]
    count, covered = rooms.get(room, (0, 0))
    rooms[room] = (count + lines["count"], covered + lines["covered"])
total = tuple(map(sum, zip(*rooms.values())))
for room, (count, covered) in [*sorted(rooms.items()), ("all", total)]:
    print(f"{room:15} {covered:6} of {count:6} lines  {100 * covered / count:6.2f} %")
if 100 * total[1] / total[0] < FLOOR:
    print(f"coverage is below {FLOOR} %")
    sys.exit(1)
