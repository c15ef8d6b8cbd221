"""Relying parties from npm, pinned by a lock file and installed once below ``.cache``."""

import fcntl
import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).with_name("relying_parties")
_CACHE: Final = Path(__file__).parents[3] / ".cache"


def installed() -> Path:
    """The folder with ``node_modules``. ``LookupError`` where there is no npm."""
    npm = shutil.which("npm")
    if npm is None:
        msg = "install Debian's packages nodejs and npm: relying parties in tests need them"
        raise LookupError(msg)
    lock = (FOLDER / "package-lock.json").read_bytes()
    place = _CACHE / f"relying-parties-{hashlib.sha256(lock).hexdigest()[:12]}"
    _CACHE.mkdir(exist_ok=True)
    with (_CACHE / "relying-parties.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not (place / "done").exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            for name in ("package.json", "package-lock.json"):
                shutil.copy(FOLDER / name, place)
            command = [npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=place, check=True, capture_output=True, timeout=150)
            (place / "done").touch()
    for script in FOLDER.glob("*.mjs"):
        shutil.copy(script, place)
    return place


class OpenidClient:
    """openid-client in a process of Node: steps in, outcomes out."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, step: str, **more: Any) -> dict[str, Any]:
        """Take a step; what came of it. ``AssertionError`` when it failed."""
        told = self.attempt(step, **more)
        assert "done" in told, told
        found: dict[str, Any] = told["done"]
        return found

    def attempt(self, step: str, **more: Any) -> dict[str, Any]:
        """Take a step that may fail: ``done`` or ``error``."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"step": step, **more}) + "\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found


@contextmanager
def openid_client() -> Iterator[OpenidClient]:
    """A process of Node with openid-client; it trusts what ``NODE_EXTRA_CA_CERTS`` names."""
    process = subprocess.Popen(
        [shutil.which("node") or "node", "program.mjs"],
        cwd=installed(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield OpenidClient(process)
    finally:
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        process.wait(20)
