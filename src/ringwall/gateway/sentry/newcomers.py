"""Who begins connections fast, by the list that the edge writes of them while there are many."""

from pathlib import Path
from typing import Final

from ringwall.gateway.sentry.denying import Refused
from ringwall.gateway.sentry.networks import Network, network_of
from ringwall.gateway.sentry.tails import Tail, truncated

_FEW: Final = 30.0
"""New connections a second, below which nobody is looked for."""
_LINES: Final = 400
"""That are written in a second, roughly."""
_SHORT_MS: Final = 2000
"""Those that lasted longer began before: many that end together did not begin together."""
_MOST_BYTES: Final = 1 << 20
_LINE_BYTES: Final = 20


def listed(connections: float) -> int:
    """Per cent of so many new connections a second that are to have a line. Pure."""
    return 0 if connections < _FEW else max(1, min(100, int(100 * _LINES / connections)))


class Newcomers:
    """The list, which is read here alone and emptied when it is long."""

    def __init__(self, path: Path) -> None:
        self._path, self._tail = path, Tail(path)
        self.share = 0
        """Per cent that have a line."""

    def read(self, into: dict[Network, Refused]) -> None:
        """Count what came since the last time, by address."""
        lines, passed = self._tail.lines()
        if lines and self.share:
            weight = (1.0 + passed / _LINE_BYTES / len(lines)) * 100 / self.share
            for line in lines:
                address, _, lasted = line.decode("ascii", "replace").partition(" ")
                if lasted.isdigit() and int(lasted) < _SHORT_MS:
                    network = network_of(address)
                    if network is not None:
                        into.setdefault(network, Refused()).add(weight)
        if self._path.exists() and self._path.stat().st_size > _MOST_BYTES:
            truncated(self._path)
