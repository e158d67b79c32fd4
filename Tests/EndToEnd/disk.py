"""Measures the files, disk space and memory that a server uses during an attack."""

import os
import pathlib
import threading


class UsageMonitor:
    """Records the largest number of files and bytes below a folder while a `with` block runs."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.files = 0
        self.bytes = 0
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()
        self.sample()

    def run(self):
        while not self.stopped.wait(0.005):
            self.sample()

    def sample(self):
        files, size = usage(self.folder)
        self.files = max(self.files, files)
        self.bytes = max(self.bytes, size)


def usage(folder):
    """Returns the number of files and folders below a folder, and their size in bytes."""
    count = size = 0
    for place, folders, names in os.walk(folder):
        count += len(folders) + len(names)
        for name in names:
            try:
                size += os.lstat(os.path.join(place, name)).st_size
            except FileNotFoundError:
                # The file was removed after it was listed.
                count -= 1
    return count, size


def peak_memory(process):
    """Returns the peak resident memory of a process in bytes."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("/proc does not report the peak memory of the process")
