"""One change of the configuration in force, in steps between which processes start and end."""

from collections.abc import Callable, Mapping

from ringwall.gateway.handover import Handover
from ringwall.gateway.layout import EDGE
from ringwall.gateway.versions import Version, VersionStore


class Change:
    """A configuration that is judged, staged and kept as pending, and waits to be put in force.

    ``prepare`` gives the sidecars theirs, ``turn`` the edge its own and counts the version as
    applied, ``finish`` takes away what is no longer needed. The processes a new configuration
    brings start between the first two, those it drops end between the last two. ``undo``, until
    ``turn`` has returned, leaves everything as it was. ``finish`` or ``undo`` must come last:
    until then no other change and no renewal can begin.
    """

    def __init__(
        self,
        version: Version,
        handovers: Mapping[str, Handover],
        *,
        pending: VersionStore | None,
        release: Callable[[], None],
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self.version = version
        self._edge = handovers[EDGE]
        self._sidecars = tuple(one for proxy, one in handovers.items() if proxy != EDGE)
        self._pending, self._release, self._told = pending, release, told

    def prepare(self) -> None:
        """Give the sidecars their part; they serve the old configuration too."""
        for one in self._sidecars:
            one.widen()
            one.turn()

    def turn(self) -> None:
        """Give the edge its part, and record the version once it has taken it."""
        self._edge.widen()
        self._edge.turn()
        if self._pending is not None:
            self._pending.commit(self.version)
        self._told()

    def finish(self) -> None:
        """Take away what only the configuration before needed."""
        try:
            for one in (self._edge, *self._sidecars):
                one.narrow()
        finally:
            self._release()

    def undo(self) -> None:
        """Put every file back, and forget the version."""
        try:
            for one in (self._edge, *self._sidecars):
                one.put_back()
            if self._pending is not None:
                self._pending.abandon(self.version)
        finally:
            self._release()
