"""The wheel by itself: what is in it, and that it works far from the source tree."""

import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import time
import venv
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.ports import free_port
from tests.tls import over_tls

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "ringwall"
WITHIN_S = 60.0

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


def run(*command: str | Path, cwd: Path, **more: str) -> str:
    """Run outside the source tree's reach; the output is in the failure."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**kept, **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
    run(*pip, "--wheel-dir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def ringwall(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, installed with nothing but the locked dependencies."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    lock = ("--require-hashes", "--requirement", ROOT / "requirements" / "run.lock")
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet")
    uv = Path(sys.executable).with_name("uv")
    quick = (uv, "pip", "install", "--quiet", "--python", python, *lock)
    # As in the Makefile: uv takes seconds, and pip does it where uv cannot be had or cannot fetch.
    if not uv.exists() or subprocess.run(quick, cwd=folder, check=False, timeout=300).returncode:
        run(*pip, "--no-compile", *lock, cwd=folder)
    run(*pip, "--no-deps", wheel, cwd=folder)
    return folder / "bin" / "ringwall"


def test_it_holds_the_package_its_licence_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    about = wheel.name.split("-py3")[0] + ".dist-info/"
    package = {
        f"ringwall/{path.relative_to(PACKAGE).as_posix()}"
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names if not name.startswith(about)} == package
    assert {name.removeprefix(about) for name in names if name.startswith(about)} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
    }
    assert "ringwall/py.typed" in names
    assert any(re.fullmatch(r"ringwall/runtime/migrations/\d+_\w+\.py", one) for one in names)


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[int]:
    """A tiny HTTP server, of which ringwall knows only the port."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "hello.txt").write_text("hello from behind\n")
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)],
        cwd=tmp_path / "site",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: accepts(port))
        yield port
    finally:
        server.terminate()
        server.wait(10)


def test_it_serves_from_init_to_down(ringwall: Path, upstream: int, tmp_path: Path) -> None:
    folder = tmp_path / "far away"
    folder.mkdir()
    told = json.loads(run(ringwall, "version", "--json", cwd=folder))
    assert told["envoy"].startswith("1.40.")
    where = "import ringwall; print(ringwall.__file__)"
    assert str(ringwall.parents[1]) in run(ringwall.with_name("python"), "-c", where, cwd=folder)

    edge, redirect, private = (free_port() for _ in range(3))
    flags = ("--host", "app.example", "--service", "site", "--owner", "tests")
    places = ("--upstream", f"127.0.0.1:{upstream}", "--listen", f"127.0.0.1:{edge}")
    run(ringwall, "init", *flags, *places, cwd=folder)
    file = folder / "ringwall.yaml"
    text = file.read_text()
    for commented, port in (
        ("redirect: 127.0.0.1:8080", redirect),
        ("private: 127.0.0.1:9900", private),
    ):
        assert f"# {commented}" in text
        text = text.replace(f"# {commented}", f"{commented.split(':')[0]}: 127.0.0.1:{port}")
    file.write_text(text)
    assert "is valid" in run(ringwall, "check", cwd=folder)
    run(ringwall, "up", "--detach", cwd=folder)
    deadline = time.monotonic() + WITHIN_S
    try:
        status, body = get("app.example", edge, folder / ".ringwall" / "pki" / "edge" / "trust.pem")
        assert (status, body) == (200, "hello from behind\n")
        processes = processes_of(ringwall, folder)
        while {one["state"] for one in processes} != {"ready"}:  # `up` waits for some only
            assert time.monotonic() < deadline, processes
            processes = processes_of(ringwall, folder)
    finally:
        run(ringwall, "down", cwd=folder)
    assert not any(alive(one["pid"]) for one in processes)


def processes_of(ringwall: Path, folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(ringwall, "status", "--json", cwd=folder))[
        "processes"
    ]
    return found


def until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def get(host: str, port: int, roots: Path) -> tuple[int, str]:
    context = ssl.create_default_context(cafile=str(roots))
    connection = http.client.HTTPSConnection(host, port, context=context, timeout=20)
    connection.sock = over_tls(context, port, host=host, timeout=20)
    try:
        connection.request("GET", "/hello.txt")
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def alive(pid: int) -> bool:
    try:
        return b") Z " not in Path(f"/proc/{pid}/stat").read_bytes()
    except FileNotFoundError:
        return False
