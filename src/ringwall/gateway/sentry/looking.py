"""What there is to see at one moment: Envoy's counters, its workers' time, the kernel's sockets."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ringwall.gateway.admin import Admin
from ringwall.gateway.sentry import counters
from ringwall.gateway.sentry.counters import Totals
from ringwall.gateway.sentry.networks import Network, network_of
from ringwall.gateway.sentry.sockets import open_connections
from ringwall.gateway.sentry.workers import Workers, pid_at, pressure


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read at a moment of a clock that only goes forward, in seconds."""

    at: float
    totals: Totals
    busy: Mapping[str, int]
    services: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def busy_since(self, before: "Reading") -> float:
        """What the busiest worker wanted of its time since then, 0 to 1."""
        return pressure(before.busy, self.busy, self.at - before.at)


class Looking:
    """Looks at one Envoy, whoever that is at the time."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin
        self._workers: Workers | None = None

    def read(self, at: float) -> Reading | None:
        """What it says now; ``None`` when it does not answer."""
        try:
            found = self._admin.stats(counters.PATTERN)
        except OSError:
            self._workers = None
            return None
        return Reading(at, counters.totals(found), self._busy(), counters.services(found))

    def _busy(self) -> Mapping[str, int]:
        try:
            if self._workers is None:
                pid = pid_at(Path(self._admin.socket))
                self._workers = None if pid is None else Workers(pid)
            return {} if self._workers is None else self._workers.busy()
        except (OSError, ValueError):
            self._workers = None
            return {}


@dataclass(frozen=True, slots=True)
class Connected:
    """Who has how many connections open: by address, and by the network around it."""

    by_address: Mapping[Network, int] = field(default_factory=dict)
    by_network: Mapping[Network, int] = field(default_factory=dict)

    @classmethod
    def to(cls, ports: tuple[int, ...]) -> "Connected":
        """To these ports of this machine; ``OSError`` where the kernel does not tell."""
        by_address: Counter[Network] = Counter()
        by_network: Counter[Network] = Counter()
        for peer, count in open_connections(ports).items():
            address, around = network_of(peer), network_of(peer, wide=True)
            if address is not None and around is not None:
                by_address[address] += count
                by_network[around] += count
        return cls(by_address, by_network)
