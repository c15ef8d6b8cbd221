"""What a command is where its code is loaded: asks for a copy that runs it, and awaits its end.

A copy of this file beside the socket is the program, with nothing of Python's that it does not
need, as it is started often (``python -IS``).
"""

import array
import os
import signal
import socket
import sys

STAYS = frozenset({"up", "process"})
"""What is not run by a copy."""


class _Copy:
    """The process that runs the command: what is told to this one is told to it."""

    def __init__(self) -> None:
        self._process = 0
        self._told: list[int] = []
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, lambda number, _: self._tell(number))

    def runs_as(self, process: int) -> None:
        """What was told before that is told now."""
        self._process = process
        while self._told:
            self._tell(self._told.pop(0))

    def _tell(self, number: int) -> None:
        if not self._process:
            self._told.append(number)
            return
        try:
            os.kill(self._process, number)
        except ProcessLookupError:
            return  # it has just ended; contextlib is not loaded


def main() -> None:
    """Run the command; ends with its exit code."""
    beside = os.path.realpath(__file__).rpartition("/")[0]
    place, arguments = f"{beside}/socket", sys.argv[1:]
    with socket.socket(socket.AF_UNIX) as sock:
        try:
            sock.connect(place)
            is_there = not STAYS & set(arguments)
        except OSError:
            is_there = False
        if not is_there:
            os.execv(sys.executable, [sys.executable, "-m", "ringwall", *arguments])
        # From before it is asked for: once it runs, whoever sees that may tell it to end.
        copy = _Copy()
        environment = b"\0".join(b"%b=%b" % one for one in os.environb.items())
        told = b"\1".join([b"\0".join(map(os.fsencode, arguments)), environment])
        # The folder itself: it may be gone, or have no name that this process may read.
        folder = os.open(".", os.O_PATH)
        rights = array.array("i", [0, 1, 2, folder]).tobytes()
        size = len(told).to_bytes(4, "big")
        sock.sendmsg([size], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        sock.sendall(told)
        # Streams that only the command holds end with it, as do readers that wait for that.
        for number in (0, 1, 2, folder):
            os.close(number)
        answer = sock.makefile("rb")
        copy.runs_as(int(answer.readline() or b"0"))
        code = int(answer.readline() or b"70")
    os._exit(code)


main()
