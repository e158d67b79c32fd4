"""A PostgreSQL server in a temporary folder, on a free local port, stopped at the end of the test."""

import os
import pathlib
import shutil
import subprocess
import tempfile

from server import TIMEOUT, free_port

BIN = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
# PostgreSQL refuses to run as root.
USER_PREFIX = []
if os.getuid() == 0:
    USER_PREFIX = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


class Postgres:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="isntgram-postgres-"))
        if USER_PREFIX:
            shutil.chown(self.folder, "postgres", "postgres")
        self.port = free_port()
        self.url = f"postgres://isntgram@127.0.0.1:{self.port}/postgres"
        self.run(
            "initdb", "--username=isntgram", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
            "--no-sync")
        self.start()

    def run(self, program, *arguments):
        command = [*USER_PREFIX, BIN / program, "--pgdata", self.folder / "data", *arguments]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)

    def start(self):
        options = (f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} "
                   "-c max_connections=200")
        self.run("pg_ctl", "start", "--wait", f"--timeout={TIMEOUT}", "--silent",
                 "--log", self.folder / "log", "--options", options)

    def stop(self, mode="fast"):
        self.run("pg_ctl", "stop", "--wait", f"--timeout={TIMEOUT}", "--silent", "--mode", mode)

    def sql(self, text):
        """Runs a query and returns its rows, with `|` between columns."""
        done = subprocess.run([BIN / "psql", self.url, "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", text],
                              check=True, capture_output=True, text=True)
        return done.stdout.split("\n")[:-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop("immediate")
        shutil.rmtree(self.folder)
