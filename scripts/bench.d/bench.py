"""Measures the server as `scripts/bench` says. Every load goes to loopback and ends by itself."""

import argparse
import concurrent.futures
import contextlib
import json
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


def cpu(pid):
    """Seconds of processor time of a process and its ended children."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / TICKS


def memory(pid, name):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+)", text)[1]) / 1024


def family(pid):
    """A process and its children; one may end while it is looked at."""
    try:
        children = pathlib.Path(f"/proc/{pid}/task").glob("*/children")
        return [pid, *(int(child) for file in children for child in file.read_text().split())]
    except OSError:
        return [pid]


class PeakMemory:
    """Watches how much a process and its children hold together, many times a second, while the block runs."""

    def __init__(self, pid):
        self.pid, self.megabytes, self.done = pid, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while not self.done.wait(0.005):
            total = 0
            for pid in family(self.pid):
                try:
                    total += memory(pid, "VmRSS")
                except (OSError, TypeError):
                    pass
            self.megabytes = max(self.megabytes, total)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


def wrk(url, pid, headers=()):
    command = ["wrk", "-t1", "-c32", "--latency", *[part for header in headers for part in ("-H", header)]]
    subprocess.run([*command, "-d2s", url], capture_output=True, check=True)
    before = cpu(pid)
    text = subprocess.run([*command, f"-d{SECONDS}s", url], capture_output=True, text=True, check=True).stdout
    used = cpu(pid) - before
    assert "Non-2xx" not in text, text
    count = int(re.search(r"(\d+) requests in", text)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    return {"rate": rate, "p50": re.search(r"^ +50% +(\S+)$", text, re.M)[1], "p99": re.search(r"^ +99% +(\S+)$", text, re.M)[1],
            "cpu": 1000 * used / count}


def phone_photo(path):
    """A photograph of twelve megapixels and some five megabytes."""
    source = max(pathlib.Path("/usr/share/backgrounds/mate/nature").glob("*.jpg"), key=lambda p: p.stat().st_size)
    subprocess.run(["vips", "thumbnail", source, f"{path}[Q=97]", "4000", "--height", "3000", "--size", "force"], check=True)


def nginx(root, folder):
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(
        f"worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; user root;\n"
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
    options.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite", help="the engine that is measured")
    with contextlib.ExitStack() as stack:
        if options.parse_args().database == "postgres":
            # Every process started from here on finds it.
            os.environ["ISNTGRAM_DATABASE_URL"] = stack.enter_context(Postgres()).url
        measure()


def measure():
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        data = folder / "data"
        seed = [PROGRAM, "seed", "--data", data]
        subprocess.run(seed, check=True)
        feed = float(subprocess.run([*seed, "--measure-feed"], capture_output=True, text=True, check=True).stdout)
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
        limit = f"bare SQL {1e6 / feed:,.0f}/s on one core"
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
        rows.append((f"photo file, {size // 1000} kB", served, f"nginx {best['rate']:,.0f}/s", best["rate"] / 2))
        before = cpu(pid)
        times = 5
        for _ in range(times):
            assert server.post(token, photo).status == 201
        one = (cpu(pid) - before) / times
        before = cpu(pid)
        with PeakMemory(pid) as peak, concurrent.futures.ThreadPoolExecutor(4) as pool:
            assert all(a.status == 201 for a in pool.map(lambda _: server.post(token, photo), range(4)))
        four = (cpu(pid) - before) / 4
        server.stop()
        # The largest of the children that ended, in this and every process it waited for.
        thumbnail = cpu_of(["vipsthumbnail", photo, "-s", "1080", "-o", folder / "x.jpg"])
        megabytes = photo.stat().st_size / 1e6

    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    print(f"\n{os.cpu_count()} cores ({model[1] if model else 'unknown'}), server and wrk sharing them; 32 connections, "
          f"{SECONDS} s each.\n")
    print("| what | requests/s | p50 | p99 | server CPU per 1,000 | limit in the same run | target |")
    print("|---|---|---|---|---|---|---|")
    for name, figure, limit, target in rows:
        verdict = "" if target is None else f"{target:,.0f}/s: {'reached' if figure['rate'] >= target else 'missed'}"
        print(f"| {name} | {figure['rate']:,.0f} | {figure['p50']} | {figure['p99']} | {figure['cpu']:.2f} s | {limit} | {verdict} |")
    print("\n| what | measured | target |")
    print("|---|---|---|")
    for name, value, unit, target in [
        (f"upload of 12 megapixels, {megabytes:.1f} MB, CPU (`vipsthumbnail` of 1080 px: {thumbnail:.2f} s)", one, "s", 0.35),
        ("the same, four at once, CPU each", four, "s", None), ("start to ready", started, "s", 0.3),
        ("resident after start", resting, "MB", 60), ("resident at the peak of four uploads at once, render processes included", peak.megabytes, "MB", 200),
    ]:
        verdict = "" if target is None else f"≤ {target} {unit}: {'reached' if value <= target else 'missed'}"
        print(f"| {name} | {value:.2f} {unit} | {verdict} |")


if __name__ == "__main__":
    main()
