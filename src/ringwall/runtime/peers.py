"""Whether it is a confined process that is at the other end of a unix socket.

Landlock closes files, not sockets: whoever runs as the same user could ask whatever listens. A
process that was marked (:func:`ringwall.runtime.confining.mark`) is known by what it cannot take
off: no new privileges, and more seccomp filters than who listens has.
"""

import os
import re
import signal
import socket
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

CONFINED: Final = "a confined process may not ask this: run the command outside of its sandbox"
_CREDENTIALS: Final = struct.Struct("=iII")
_PIDFD: Final = 77
"""``SO_PEERPIDFD`` (Linux 6.5): the process itself, whoever has its number by now."""
_SAID: Final = re.compile(r"^(NoNewPrivs|Seccomp_filters):\s+(\d+)$", re.MULTILINE)
_NUMBER: Final = re.compile(r"^Pid:\s+(-?\d+)$", re.MULTILINE)


def is_confined(connection: socket.socket) -> bool:
    """Whether a process is at the other end that was confined, and this one was not.

    One that is gone already counts as confined: nobody knows what it was.
    """
    descriptor = _process(connection)
    try:
        pid = _pid(connection) if descriptor is None else _number(descriptor)
        theirs, ours = _bonds(Path(f"/proc/{pid}/status")), _bonds(Path("/proc/self/status"))
        if descriptor is not None:
            signal.pidfd_send_signal(descriptor, 0)  # else what was read may be another's
    except PermissionError:
        pass  # root's, which we may read and not signal: it is there
    except (OSError, ValueError):
        return True
    finally:
        if descriptor is not None:
            os.close(descriptor)
    return theirs["NoNewPrivs"] > 0 and theirs["Seccomp_filters"] > ours["Seccomp_filters"]


def _pid(connection: socket.socket) -> int:
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(told)[0])


def _process(connection: socket.socket) -> int | None:
    with suppress(OSError):
        told = connection.getsockopt(socket.SOL_SOCKET, _PIDFD, 4)
        return int(struct.unpack("=i", told)[0])
    return None


def _number(descriptor: int) -> int:
    found = _NUMBER.search(Path(f"/proc/self/fdinfo/{descriptor}").read_text("ascii"))
    if found is None or int(found[1]) <= 0:
        msg = "it is gone"
        raise ProcessLookupError(msg)
    return int(found[1])


def _bonds(status: Path) -> dict[str, int]:
    found = dict(_SAID.findall(status.read_text("utf-8", "replace")))
    return {name: int(found.get(name, 0)) for name in ("NoNewPrivs", "Seccomp_filters")}
