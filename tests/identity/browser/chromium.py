"""Debian's Chromium: the one on the PATH, else fetched from its packages."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.gateway.live.debian_tools import CACHE, LIBRARIES, alone, unpacked

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
    CACHE.mkdir(parents=True, exist_ok=True)
    with alone(CACHE / "chromium.lock"):  # apt refuses two at once, and a part is not the whole
        found = shutil.which("chromium")
        if found is None and os.geteuid() == 0 and shutil.which("apt-get") is not None:
            _install()
            found = shutil.which("chromium")
    if found is not None:
        return Path(found), dict(os.environ)
    root = unpacked("chromium")
    return root / "usr" / "lib" / "chromium" / "chromium", _environment(root)


def _environment(root: Path) -> dict[str, str]:
    """What an unpacked Chromium needs: its libraries, and letters to write with."""
    libraries = [str(path) for pattern in LIBRARIES for path in sorted(root.glob(pattern))]
    fonts = root / "fonts.conf"
    places = f"<dir>{root}/usr/share/fonts</dir><dir>/usr/share/fonts</dir>"
    cache = f"<cachedir>{root}/fonts-cache</cachedir>"
    text = f"<?xml version='1.0'?><fontconfig>{places}{cache}</fontconfig>"
    if not fonts.exists() or fonts.read_text() != text:
        fresh = fonts.with_name(f"fonts.conf.{os.getpid()}")
        fresh.write_text(text)  # another's browser may be reading it
        fresh.replace(fonts)
    before = filter(None, [os.environ.get("LD_LIBRARY_PATH")])
    return {
        **os.environ,
        "FONTCONFIG_FILE": str(fonts),
        "LD_LIBRARY_PATH": os.pathsep.join([*libraries, *before]),
    }


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
