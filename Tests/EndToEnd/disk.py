"""Watches what a server takes while somebody attacks it: files and bytes on the disk, and memory."""

import os
import pathlib
import threading


class Watch:
    """The most that was ever below a folder, looked at again and again until the end of a `with`."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.files = 0
        self.bytes = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        self.look()

    def run(self):
        while not self.ended.wait(0.005):
            self.look()

    def look(self):
        files, size = usage(self.folder)
        self.files = max(self.files, files)
        self.bytes = max(self.bytes, size)


def usage(folder):
    """How many files and folders are below a folder, and the bytes of them."""
    count = size = 0
    for place, folders, names in os.walk(folder):
        count += len(folders) + len(names)
        for name in names:
            try:
                size += os.lstat(os.path.join(place, name)).st_size
            except FileNotFoundError:
                # Gone since it was listed.
                count -= 1
    return count, size


def peak_memory(process):
    """The most memory that a process ever had, in bytes."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the kernel does not say how much memory a process has")
