"""A confined process reaches what it was left, and nothing else, whoever it runs as."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ringwall.runtime.confining import version
from ringwall.runtime.peers import is_confined

pytestmark = pytest.mark.skipif(version() == 0, reason="this kernel has no Landlock")

_SCRIPT = """
import os, socket, sys
from pathlib import Path
from ringwall.runtime.confining import confine, version
left, hidden, pid = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
usual = [Path(one) for one in ("/usr", "/lib", "/lib64", "/bin", "/etc", "/proc", "/dev")]
usual += [Path(sys.prefix), Path(sys.base_prefix)]
confine(reads=usual, writes=[left])

def tried(what):
    try:
        what()
    except OSError:
        return "refused"
    return "done"

print(
    tried(lambda: (left / "new").write_text("x")),
    tried((left / "new").read_text),
    tried((left / "new").unlink),
    tried(hidden.read_text),
    tried(lambda: hidden.write_text("x")),
    tried(lambda: (left / "new-link").symlink_to(hidden)),
    tried((left / "link").read_text),
    tried(lambda: (left / "hard").hardlink_to(hidden)),
    tried(lambda: hidden.rename(left / "moved")),
    tried(lambda: open(f"/proc/{pid}/mem", "rb")),
    tried(lambda: list(hidden.parent.iterdir())),
    tried(lambda: os.mkfifo(left / "pipe")),
    tried(lambda: socket.socket(socket.AF_UNIX).bind(str(left / "socket"))),
    tried(lambda: os.kill(int(pid), 0)) if version() >= 6 else "refused",
)
import socket
import subprocess
print(subprocess.run(["cat", str(hidden)], capture_output=True).returncode)
"""


def test_nothing_but_what_is_left_can_be_reached(tmp_path: Path) -> None:
    left, hidden = tmp_path / "left", tmp_path / "hidden" / "key"
    left.mkdir()
    hidden.parent.mkdir()
    hidden.write_text("secret")
    (left / "link").symlink_to(hidden)
    other = subprocess.Popen(["sleep", "60"])
    try:
        told = subprocess.run(
            [sys.executable, "-c", _SCRIPT, str(left), str(hidden), str(other.pid)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split("\n")
    finally:
        other.kill()
        other.wait()
    assert told[0].split() == [
        "done",  # write
        "done",  # read
        "done",  # delete
        "refused",  # read the hidden
        "refused",  # write it
        "refused",  # a link to it
        "refused",  # read through the link
        "refused",  # a hard link
        "refused",  # move it here
        "refused",  # another process's memory
        "refused",  # list its folder
        "refused",  # a pipe
        "refused",  # a socket
        "refused",  # a signal
    ]
    assert told[1] != "0"
    assert hidden.read_text() == "secret"


def test_a_process_that_has_threads_is_not_said_to_be_confined() -> None:
    script = (
        "import threading, time\n"
        "from ringwall.runtime.confining import confine\n"
        "threading.Thread(target=time.sleep, args=(5,), daemon=True).start()\n"
        "confine(reads=[])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert "it has 2 threads already" in done.stderr


def test_whoever_listens_knows_a_marked_process_and_what_it_starts(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def asked_by(*words: str) -> bool:
            script = f"{_MARK if words else ''}{_ASK}".replace("PATH", str(path))
            with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE) as asking:
                with listening.accept()[0] as connection:
                    found = is_confined(connection)
                assert asking.stdin is not None
                asking.stdin.close()
            return found

        assert not asked_by()
        assert asked_by("marked")


_MARK = "from ringwall.runtime.confining import mark\nmark()\n"
_ASK = (
    "import socket, subprocess, sys\n"
    "code = \"import socket, sys; s = socket.socket(1); s.connect('PATH'); sys.stdin.read()\"\n"
    "subprocess.run([sys.executable, '-c', code])\n"
)


def test_who_has_gone_is_taken_for_confined(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        script = f"import socket; socket.socket(1).connect({str(path)!r})"
        subprocess.run([sys.executable, "-c", script], check=True)
        with listening.accept()[0] as connection:
            assert is_confined(connection)
