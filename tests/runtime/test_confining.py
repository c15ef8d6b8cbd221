"""A confined process reaches what it was left, and nothing else, whoever it runs as."""

import subprocess
import sys
from pathlib import Path

import pytest

from ringwall.runtime.confining import version

pytestmark = pytest.mark.skipif(version() == 0, reason="this kernel has no Landlock")

_SCRIPT = """
import sys
from pathlib import Path
from ringwall.runtime.confining import confine
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
    tried(lambda: (left / "link").symlink_to(hidden)),
    tried((left / "link").read_text),
    tried(lambda: (left / "hard").hardlink_to(hidden)),
    tried(lambda: hidden.rename(left / "moved")),
    tried(lambda: open(f"/proc/{pid}/mem", "rb")),
    tried(lambda: list(hidden.parent.iterdir())),
)
import subprocess
print(subprocess.run(["cat", str(hidden)], capture_output=True).returncode)
"""


def test_nothing_but_what_is_left_can_be_reached(tmp_path: Path) -> None:
    left, hidden = tmp_path / "left", tmp_path / "hidden" / "key"
    left.mkdir()
    hidden.parent.mkdir()
    hidden.write_text("secret")
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
        "done",  # a link to it
        "refused",  # read through the link
        "refused",  # a hard link
        "refused",  # move it here
        "refused",  # another process's memory
        "refused",  # list its folder
    ]
    assert told[1] != "0"
    assert hidden.read_text() == "secret"
