"""Debian's tools for tests: those on the PATH, else unpacked from their packages, without root."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

CACHE: Final = Path(__file__).parents[3] / ".cache" / "tools"

PACKAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "hexdump": ("bsdextrautils",),
    "openssl": ("openssl",),
    "ps": ("procps", "libproc2-0"),
    "testssl": ("testssl.sh",),
}
"""The packages of each tool, its own libraries included; the C library is taken for granted.

``nslookup`` has none here: testssl wants it there even when it is told never to ask it, and so
what stands in for it knows no name.
"""


BINARIES: Final = ("usr/bin", "bin")
LIBRARIES: Final = ("usr/lib/*-linux-gnu*", "lib/*-linux-gnu*")


def environment_with(*tools: str, cache: Path = CACHE, path: str | None = None) -> dict[str, str]:
    """The environment in which every one of ``tools`` is found by name.

    ``path`` is where to look first, by default the PATH. What is missing there is downloaded by
    ``apt-get`` and unpacked below ``cache``. Raises ``LookupError`` where there is no ``apt-get``.
    """
    search = os.environ.get("PATH", os.defpath) if path is None else path
    environment = {**os.environ, "PATH": search}
    missing = [tool for tool in tools if shutil.which(tool, path=search) is None]
    if not missing:
        return environment
    cache.mkdir(parents=True, exist_ok=True)
    root = cache / "root"
    with alone(cache / "lock"):
        for tool in missing:
            if not any((folder / tool).exists() for folder in _folders(root, *BINARIES)):
                if tool in PACKAGES:
                    _unpack(PACKAGES[tool], cache, root)
                else:
                    _answerless(root, tool)
    environment["PATH"] = os.pathsep.join([*map(str, _folders(root, *BINARIES)), search])
    if libraries := [str(folder) for folder in _folders(root, *LIBRARIES)]:
        # An empty entry would be the working folder.
        before = filter(None, [os.environ.get("LD_LIBRARY_PATH")])
        environment["LD_LIBRARY_PATH"] = os.pathsep.join([*libraries, *before])
    if "testssl" in missing:
        environment["TESTSSL_INSTALL_DIR"] = str(root / "etc" / "testssl")
    return environment


def _answerless(root: Path, tool: str) -> None:
    script = root / "usr" / "bin" / tool
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text("#!/bin/sh\nexit 1\n")
    script.chmod(0o755)


def _folders(root: Path, *patterns: str) -> list[Path]:
    return [folder for pattern in patterns for folder in sorted(root.glob(pattern))]


def _unpack(packages: tuple[str, ...], cache: Path, root: Path) -> None:
    """Download packages with what this machine knows of them, or else with a fresh look."""
    _require_apt(packages)
    own = _own_lists(packages, cache)
    for package in packages:
        _fetch(package, own, cache, root)


def unpacked(package: str, cache: Path = CACHE) -> Path:
    """A folder with a package and all that it depends on and this machine lacks; without root.

    Raises ``LookupError`` where there is no ``apt-get``, or it cannot fetch them.
    """
    root = cache / f"root-{package}"
    cache.mkdir(parents=True, exist_ok=True)
    with alone(cache / "lock"):
        done = root / ".done"
        if not done.exists():
            _require_apt((package,))
            own = _own_lists((package,), cache)
            for name in _closure(package, own, cache):
                _fetch(name, own, cache, root)
            done.touch()
    return root


def _closure(package: str, own: tuple[str, ...], cache: Path) -> list[str]:
    """The package and what would be installed with it here."""
    command = ["apt-get", "-qq", *own, "--simulate", "--no-install-recommends", "install", package]
    told = _run(command, cache)
    if told.returncode != 0:
        raise LookupError(f"{' '.join(command)} failed: {told.stderr.strip()}")
    lines = map(str.split, told.stdout.splitlines())
    needed = [words[1] for words in lines if words[:1] == ["Inst"]]
    return list(dict.fromkeys([*needed, package]))


def _fetch(name: str, own: tuple[str, ...], cache: Path, root: Path) -> None:
    folder = cache / "packages"
    folder.mkdir(exist_ok=True)
    if not list(folder.glob(f"{name}_*.deb")):
        _must(["apt-get", "-qq", *own, "download", name], folder)
    for found in folder.glob(f"{name}_*.deb"):
        _must(["dpkg", "-x", str(found), str(root)], folder)


def _require_apt(packages: tuple[str, ...]) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        msg = f"install {', '.join(packages)}: this machine has no apt-get to fetch them with"
        raise LookupError(msg)


def _own_lists(packages: tuple[str, ...], cache: Path) -> tuple[str, ...]:
    """Options for apt: none where it knows the packages, else lists of our own, made fresh."""
    if _run(["apt-cache", "show", *packages], cache).returncode == 0:
        return ()
    # apt's own folders need root; these do the same for anybody.
    state, archive = cache / "apt" / "state", cache / "apt" / "cache"
    known = "/var/lib/dpkg/status"
    places = (f"Dir::State={state}", f"Dir::Cache={archive}", f"Dir::State::status={known}")
    own = tuple(word for place in places for word in ("-o", place))
    (state / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (archive / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    _must(["apt-get", "-qq", *own, "update"], cache)
    return own


def _run(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def _must(command: list[str], folder: Path) -> None:
    done = _run(command, folder)
    if done.returncode != 0:
        msg = f"{' '.join(command)} failed: {done.stderr.strip()}"
        raise LookupError(msg)


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Test processes that want the same tool wait for each other."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
