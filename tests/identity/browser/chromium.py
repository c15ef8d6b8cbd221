"""Debian's Chromium: the one on the PATH, else fetched from its packages."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.gateway.live.debian_tools import environment_with

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> tuple[Path, dict[str, str]]:
    """The program and the environment it needs.

    Raises ``LookupError`` with what to install where it can neither be found nor fetched.
    """
    found = shutil.which("chromium")
    if found is None and os.geteuid() == 0 and shutil.which("apt-get") is not None:
        _install()
        found = shutil.which("chromium")
    if found is not None:
        return Path(found), dict(os.environ)
    environment = environment_with("chromium")
    found = shutil.which("chromium", path=environment["PATH"])
    if found is None:
        msg = "install Debian's package chromium: the tests of pages need a browser"
        raise LookupError(msg)
    return Path(found), environment


def _install() -> None:
    for command in (["update"], ["install", "--no-install-recommends", "-y", "chromium"]):
        done = subprocess.run(
            ["apt-get", "-qq", *command],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            msg = f"apt-get {' '.join(command)} failed: {done.stderr.strip()}"
            raise LookupError(msg)
