"""Measures the server for `scripts/bench`, with load of fixed duration on the loopback interface."""

import argparse
import concurrent.futures
import contextlib
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time

sys.path.append(str(pathlib.Path(__file__).parent.parent.parent / "Tests" / "EndToEnd"))
from postgres import Postgres  # noqa: E402
from server import PROGRAM, Server, free_port  # noqa: E402

SECONDS = int(os.environ.get("BENCH_SECONDS", "8"))
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """Returns the CPU time of a process and its ended children in seconds."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / TICKS


def memory(pid, name):
    """Returns a memory field of /proc/PID/status in MiB."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+)", text)[1]) / 1024


def process_tree(pid):
    """Returns the ids of a process and its children. A process may end at any time."""
    try:
        children = pathlib.Path(f"/proc/{pid}/task").glob("*/children")
        return [pid, *(int(child) for file in children for child in file.read_text().split())]
    except OSError:
        return [pid]


class PeakMemory:
    """Records the peak total memory of a process and its children while a `with` block runs."""

    def __init__(self, pid):
        self.pid, self.megabytes, self.stopped = pid, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while not self.stopped.wait(0.005):
            total = 0
            for pid in process_tree(self.pid):
                try:
                    total += memory(pid, "VmRSS")
                except (OSError, TypeError):
                    pass
            self.megabytes = max(self.megabytes, total)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()


def wrk(url, pid, headers=()):
    """Runs wrk and returns the request rate, latencies, and CPU seconds of the server per 1,000 requests."""
    command = ["wrk", "-t1", "-c32", "--latency", *[part for header in headers for part in ("-H", header)]]
    subprocess.run([*command, "-d2s", url], capture_output=True, check=True)
    before = cpu_seconds(pid)
    text = subprocess.run([*command, f"-d{SECONDS}s", url], capture_output=True, text=True, check=True).stdout
    used = cpu_seconds(pid) - before
    assert "Non-2xx" not in text, text
    count = int(re.search(r"(\d+) requests in", text)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    p50, p99 = (re.search(rf"^ +{percent}% +(\S+)$", text, re.M)[1] for percent in (50, 99))
    return {"rate": rate, "p50": p50, "p99": p99, "cpu": 1000 * used / count}


def phone_photo(path):
    """Makes a photo of twelve megapixels and about five megabytes."""
    photos = pathlib.Path("/usr/share/backgrounds/mate/nature").glob("*.jpg")
    source = max(photos, key=lambda photo: photo.stat().st_size)
    subprocess.run(
        ["vips", "thumbnail", source, f"{path}[Q=97]", "4000", "--height", "3000", "--size", "force"],
        check=True)


def nginx(root, folder):
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(
        f"worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; "
        "user root;\n"
        f"events {{}} http {{ sendfile on; access_log off; types {{ image/jpeg jpg; }} "
        f"server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n")
    return subprocess.Popen(["nginx", "-c", config], stderr=subprocess.DEVNULL), port


def cpu_of(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--database", choices=["sqlite", "postgres"], default="sqlite", help="storage engine to measure")
    with contextlib.ExitStack() as stack:
        if options.parse_args().database == "postgres":
            # All processes that are started later inherit the variable.
            os.environ["ISNTGRAM_DATABASE_URL"] = stack.enter_context(Postgres()).url
        measure()


def measure():
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        data = folder / "data"
        seed = [PROGRAM, "seed", "--data", data]
        subprocess.run(seed, check=True)
        measured = subprocess.run([*seed, "--measure-feed"], capture_output=True, text=True, check=True)
        feed_microseconds = float(measured.stdout)
        start = time.monotonic()
        server = Server(data)
        started = time.monotonic() - start
        pid = server.process.pid
        resting = memory(pid, "VmRSS")
        token = server.command("token", "create", "person1").stdout.strip()
        bearer = [f"Authorization: Bearer {token}"]
        photo = folder / "phone.jpg"
        phone_photo(photo)
        post = server.post(token, photo).json()
        file = next(r["url"] for r in post["media"][0]["renditions"] if r["width"] == 640)
        limit = f"reading it without HTTP: {1e6 / feed_microseconds:,.0f}/s on one core"
        rows.append(("home feed, JSON", wrk(f"{server.url}/api/posts", pid, bearer), limit, 5000))
        rows.append(("home feed, page", wrk(f"{server.url}/", pid, bearer), limit, 4000))
        rows.append(("profile page", wrk(f"{server.url}/person1", pid), "", 4000))
        rows.append(("post page", wrk(f"{server.url}/p/{post['code']}", pid), "", None))
        path = file.split("/media/")[1]
        web, port = nginx(data / "media", folder)
        time.sleep(0.5)
        best = wrk(f"http://127.0.0.1:{port}/{path}", web.pid)
        web.terminate()
        web.wait(10)
        served = wrk(f"{server.url}/media/{path}", pid)
        size = (data / "media" / path).stat().st_size
        nginx_limit = f"nginx {best['rate']:,.0f}/s"
        rows.append((f"photo file, {size // 1000} kB", served, nginx_limit, best["rate"] / 2))
        before = cpu_seconds(pid)
        times = 5
        for _ in range(times):
            assert server.post(token, photo).status == 201
        one = (cpu_seconds(pid) - before) / times
        before = cpu_seconds(pid)
        with PeakMemory(pid) as peak, concurrent.futures.ThreadPoolExecutor(4) as pool:
            responses = list(pool.map(lambda _: server.post(token, photo), range(4)))
            assert all(response.status == 201 for response in responses)
        four = (cpu_seconds(pid) - before) / 4
        server.stop()
        thumbnail = cpu_of(["vipsthumbnail", photo, "-s", "1080", "-o", folder / "x.jpg"])
        megabytes = photo.stat().st_size / 1e6

    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    print(f"\n{os.cpu_count()} cores ({model[1] if model else 'unknown'}), shared by server and wrk; "
          f"32 connections, {SECONDS} s each.\n")
    print("| what | requests/s | p50 | p99 | server CPU per 1,000 | limit in the same run | target |")
    print("|---|---|---|---|---|---|---|")
    for name, figure, limit, target in rows:
        result = "reached" if target is None or figure["rate"] >= target else "missed"
        verdict = "" if target is None else f"{target:,.0f}/s: {result}"
        print(f"| {name} | {figure['rate']:,.0f} | {figure['p50']} | {figure['p99']} | {figure['cpu']:.2f} s "
              f"| {limit} | {verdict} |")
    print("\n| what | measured | target |")
    print("|---|---|---|")
    for name, value, unit, target in [
        (f"CPU time of an upload of 12 megapixels, {megabytes:.1f} MB "
         f"(`vipsthumbnail` of 1080 px: {thumbnail:.2f} s)", one, "s", 0.35),
        ("CPU time of each of four concurrent uploads", four, "s", None),
        ("time from start to ready", started, "s", 0.3),
        ("resident memory after start", resting, "MB", 60),
        ("peak resident memory during four concurrent uploads, including render processes",
         peak.megabytes, "MB", 200),
    ]:
        verdict = "" if target is None else f"≤ {target} {unit}: {'reached' if value <= target else 'missed'}"
        print(f"| {name} | {value:.2f} {unit} | {verdict} |")


if __name__ == "__main__":
    main()
