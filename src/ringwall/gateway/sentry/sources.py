"""Where attacks come from: sketches by kind, fed by connections and by lines of the record."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ringwall.gateway.sentry.lines import Line
from ringwall.gateway.sentry.networks import Network, network_of, told
from ringwall.gateway.sentry.recognising import Kind
from ringwall.gateway.sentry.sketch import Sketch

_SIZE: Final = 1000
_FADES_EVERY_S: Final = 10.0
_FADES_TO: Final = 0.7


@dataclass(frozen=True, slots=True)
class Source:
    """Something that much comes from, with its weight: connections, or requests lately.

    ``what`` is ``address``, ``network``, ``user``, ``tenant``, ``route`` or ``service``, and where
    there are databases of them ``country`` and ``system``.
    """

    what: str
    name: str
    weight: float


class Sources:
    """What came most often lately, by kind of attack."""

    def __init__(self) -> None:
        self._sketches: dict[tuple[Kind, str], Sketch] = {}
        self._connections: tuple[tuple[str, int], ...] = ()
        self._connected: Mapping[Network, int] = {}
        self._around: tuple[tuple[str, int], ...] = ()
        self._faded = 0.0

    def saw(self, line: Line, kinds: Iterable[Kind], *, weight: float) -> None:
        """Count a line of the record that stands for ``weight`` of them."""
        for kind in kinds:
            for what, name in _names(line, kind):
                self._sketch(kind, what).add(name, weight)

    def began(self, network: Network, around: Network, weight: float) -> None:
        """Count connections that somebody has begun."""
        self._sketch(Kind.HANDSHAKES, "address").add(told(network), weight)
        self._sketch(Kind.HANDSHAKES, "network").add(told(around), weight)

    def is_connected(self, open_: Mapping[Network, int], around: Mapping[Network, int]) -> None:
        """Take note of who has how many connections now: by address, and by network."""
        self._connected, self._connections = open_, _most(open_)
        self._around = _most(around)

    def fade(self, now: float) -> None:
        """Let what was some time ago weigh less; ``now`` in seconds of any clock."""
        if now - self._faded >= _FADES_EVERY_S:
            self._faded = now
            for sketch in self._sketches.values():
                sketch.fade(_FADES_TO)

    def top(self, kind: Kind, count: int = 5) -> tuple[Source, ...]:
        """The most frequent of each sort."""
        if kind is Kind.CONNECTIONS:
            return (
                *(Source("address", name, weight) for name, weight in self._connections[:count]),
                *(Source("network", name, weight) for name, weight in self._around[:count]),
            )
        return tuple(
            Source(what, name, round(weight, 1))
            for (of, what), sketch in sorted(self._sketches.items())
            if of is kind
            for name, weight in sketch.top(count)
        )

    def addresses(self, kind: Kind) -> tuple[tuple[str, float], ...]:
        """All addresses that are remembered of a kind, with their weights."""
        if kind is Kind.CONNECTIONS:
            return tuple((told(one), float(count)) for one, count in self._connected.items())
        found = self._sketches.get((kind, "address"))
        return () if found is None else found.top(len(found))

    def _sketch(self, kind: Kind, what: str) -> Sketch:
        return self._sketches.setdefault((kind, what), Sketch(_SIZE))


def _most(counted: Mapping[Network, int]) -> tuple[tuple[str, int], ...]:
    return tuple((told(one), n) for one, n in Counter(dict(counted)).most_common(10))


def _names(line: Line, kind: Kind) -> Iterable[tuple[str, str]]:
    if kind is Kind.UPSTREAM:
        yield "service", line.service
        return
    network, around = network_of(line.address), network_of(line.address, wide=True)
    if network is not None and around is not None:
        yield "address", told(network)
        yield "network", told(around)
    if line.route:
        yield "route", line.route
    if line.who:
        yield "user", line.who
    if line.tenant:
        yield "tenant", line.tenant
