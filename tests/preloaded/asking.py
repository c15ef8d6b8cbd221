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
        process = int(answer.readline() or b"0")
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, lambda number, _: os.kill(process, number))
        code = int(answer.readline() or b"70")
    os._exit(code)


main()
