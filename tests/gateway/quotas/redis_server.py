"""A real Redis for tests: the one on the PATH, else Debian's; its own folder, gone afterwards."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tests.gateway.live.debian_tools import LIBRARIES, unpacked

PASSWORD = "p@ss/w0rd"
_WITHIN_S = 20.0


class RedisServer:
    """One server. :attr:`url` names it; :meth:`kill` and :meth:`start` may be repeated.

    It listens at a unix socket, and where ``options`` of the command line say so besides.

    Nothing is written to disk: who was killed begins with nothing.
    """

    def __init__(self, *options: str, password: str = "") -> None:
        self._program, self._environment = _program()
        self._password, self._options = password, options
        self.folder = Path(tempfile.mkdtemp(prefix="rw-redis-", dir="/tmp"))
        self.socket = self.folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def url(self) -> str:
        """Its URL, without the password."""
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = [
            "--port",
            "0",
            "--unixsocket",
            str(self.socket),
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        options += self._options
        if self._password:
            options += ["--requirepass", self._password]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, *options],
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _WITHIN_S
        while True:
            try:
                self.ask("PING")
            except OSError:
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                assert self._process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.01)
            else:
                return

    def ask(self, *words: str) -> bytes:
        """Send a command and return the beginning of what it answers, as it stands."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(5)
            sock.connect(str(self.socket))
            if self._password:
                sock.sendall(_command("AUTH", self._password))
                assert sock.recv(4096) == b"+OK\r\n"
            sock.sendall(_command(*words))
            return sock.recv(65536)

    def freeze(self) -> None:
        """Have it answer nothing, while its connections stay open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(_WITHIN_S)
        self._process = None

    def close(self) -> None:
        """End it and remove its folder."""
        if self._process is not None:
            self.kill()
        shutil.rmtree(self.folder)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)


def _command(*words: str) -> bytes:
    parts = [b"$%d\r\n%b\r\n" % (len(word.encode()), word.encode()) for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(parts)


def _program() -> tuple[str, dict[str, str]]:
    """The program and the environment it needs; ``LookupError`` says what to install."""
    found = shutil.which("redis-server")
    if found is not None:
        return found, dict(os.environ)
    root = unpacked("redis-server")
    libraries = [str(path) for pattern in LIBRARIES for path in sorted(root.glob(pattern))]
    before = filter(None, [os.environ.get("LD_LIBRARY_PATH")])
    path = os.pathsep.join([*libraries, *before])
    return str(root / "usr" / "bin" / "redis-server"), {**os.environ, "LD_LIBRARY_PATH": path}
