"""An edge without the rest: its Envoy, and what it asks, run as the supervisor would run them."""

import socket
import subprocess
from pathlib import Path
from typing import Final

from tests.gateway.live.stage import Stage

from ringwall.gateway.admin import AdminUnreachableError
from ringwall.gateway.layout import EDGE
from ringwall.gateway.processes import specifications
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import Installation, find

QUOTAS: Final = "quotas"


class EdgeAlone(Stage):
    """For tests that need several edges: it starts in a second or two."""

    def __init__(self, folder: Path, config: dict[str, object]) -> None:
        super().__init__(folder, config)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def up(self, *flags: str) -> "EdgeAlone":
        """Apply the configuration and start what there is to be; ``flags`` are for others."""
        assert not flags
        self.start()
        self.wait(self.is_ready)
        return self

    def start(self) -> None:
        """The same without waiting until all is ready."""
        self.gateway().layout.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.apply()
        self.go_on()

    def go_on(self) -> None:
        """Start what is to run and does not."""
        for name, (argv, environment) in self._commands().items():
            if name not in self._running:
                with (self.folder / f"{name}.log").open("ab") as log:
                    self._running[name] = subprocess.Popen(
                        argv, cwd=self.folder, env=environment, stdout=log, stderr=log
                    )

    def kill(self, name: str) -> None:
        """End one of them at once."""
        one = self._running.pop(name)
        one.kill()
        one.wait(10)

    def apply(self) -> None:
        """Put the files in force."""
        self.gateway().apply(self._found().load(), author="tests", reason="", check=False)

    def is_ready(self) -> bool:
        """Whether all answer and the upstreams are healthy."""
        ended = [name for name, one in self._running.items() if one.poll() is not None]
        assert not ended, self.log()
        gateway = self.gateway()
        if QUOTAS in self._running and not _accepts(gateway.layout.quotas):
            return False
        try:
            gateway.admin(EDGE).get("/ready")
        except AdminUnreachableError:
            return False
        return all(one.healthy for one in self.gateway_status().upstreams)

    def down(self) -> None:
        """End both by their ids."""
        for one in self._running.values():
            one.terminate()
        for one in self._running.values():
            try:
                one.wait(10)
            finally:
                one.kill()
        self._running.clear()

    def log(self) -> str:
        """What they said."""
        return "\n".join(path.read_text()[-4000:] for path in self.folder.glob("*.log"))

    def _found(self) -> Installation:
        return find(all_sections, config=self.file, state=self.state)

    def _commands(self) -> dict[str, tuple[list[str], dict[str, str]]]:
        found = specifications(self._found(), self.gateway(), self._found().load())
        return {
            one.name: (list(one.argv), dict(one.environment))
            for one in found
            if one.name in {EDGE, QUOTAS}
        }


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as sock:
        return sock.connect_ex(str(path)) == 0
