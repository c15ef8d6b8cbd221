"""What the lines of the records tell: who asks, is refused, or comes or takes back too fast."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

from ringwall.gateway.sentry import orders
from ringwall.gateway.sentry.alarming import Refusals, host_of
from ringwall.gateway.sentry.configured import Configured
from ringwall.gateway.sentry.denying import (
    Known,
    Refused,
    still_resetting,
    too_fast,
    too_many_resets,
    too_often,
    watched_on,
)
from ringwall.gateway.sentry.lines import Line, SignIn, read
from ringwall.gateway.sentry.networks import Network, network_of
from ringwall.gateway.sentry.newcomers import Newcomers, listed
from ringwall.gateway.sentry.recognising import Kind
from ringwall.gateway.sentry.settings import Settings
from ringwall.gateway.sentry.sources import Sources
from ringwall.gateway.sentry.tails import Tail

_READ_BACK: Final = 2 * 1024 * 1024
"""Bytes of the record in which a new sentry finds out from where people were answered."""


class Noticed:
    """What was read of both records and of the list of new connections.

    ``sources`` are where attacks come from, ``answered`` from where somebody known was answered
    lately; ``sign_in`` and ``refusals`` are those of the second that is not over.
    """

    def __init__(self, settings: Settings, configured: Configured) -> None:
        self._settings, self._configured = settings, configured
        self._where = SignIn(
            settings.sign_in, settings.sign_in_paths, frozenset(settings.sign_in_routes)
        )
        self._strangers, self._known = Tail(Path(settings.strangers)), Tail(Path(settings.known))
        self._newcomers = Newcomers(Path(settings.xds) / orders.CONNECTIONS)
        self._recorded = self._recorded_before = 100
        self._refused: dict[Network, Refused] = {}
        self._reset: dict[Network, Refused] = {}
        self._begun: dict[Network, Refused] = {}
        self.sources = Sources()
        self.answered = Known()
        self.sign_in = 0.0
        self.refusals = Refusals()
        for text in self._known.begin(_READ_BACK):
            self._was_answered(read(text))

    @property
    def recorded(self) -> int:
        """Per cent of what is refused that has a line."""
        return self._recorded

    @recorded.setter
    def recorded(self, share: int) -> None:
        self._recorded_before, self._recorded = self._recorded, share

    @property
    def listed(self) -> int:
        """Per cent of new connections that are to have a line."""
        return self._newcomers.share

    def read(self) -> None:
        """Take note of all lines since the last time."""
        for tail in (self._strangers, self._known):
            lines, passed = tail.lines()
            if not lines:
                continue
            # What was passed over has lines as long as these, however long somebody makes them.
            weight = 1.0 + passed / sum(len(text) + 1 for text in lines)
            for text in lines:
                line = read(text)
                if line is not None:
                    self._saw(line, weight / self._share(line))
        self._newcomers.read(self._begun)

    def begin_second(self) -> None:
        """Count what is counted by the second anew."""
        self.sign_in, self.refusals = 0.0, Refusals()

    def over(
        self, seconds: float, *, attacks: Collection[Kind], connections: float
    ) -> dict[Network, str]:
        """Who does more than one may in a second, and why they are to be denied.

        ``attacks`` are the kinds that go on, without which some of it is let pass; ``connections``
        are the new ones a second.
        """
        return {
            **self._refused_too_often(seconds, is_attack=bool(attacks)),
            **self._came_too_fast(seconds, connections),
            **self._takes_back(seconds, is_attack=Kind.FRAMES in attacks),
        }

    def _refused_too_often(self, seconds: float, *, is_attack: bool) -> dict[Network, str]:
        for one in self._refused.values():
            one.seconds += seconds
        most = self._settings.refused_per_address if is_attack else None
        found = dict(too_often(self._refused, most))
        self._refused = watched_on(self._refused)
        return found

    def _came_too_fast(self, seconds: float, connections: float) -> dict[Network, str]:
        """Who has begun more connections than one may, and what is known of it from now on."""
        begun, self._begun = self._begun, {}
        for network, one in begun.items():
            around = network_of(str(network.network_address), wide=True)
            if around is not None:
                self.sources.began(network, around, one.weight)
        self._newcomers.share = listed(connections)
        return dict(too_fast(begun, seconds, self._settings.handshakes_per_address))

    def _takes_back(self, seconds: float, *, is_attack: bool) -> dict[Network, str]:
        for one in self._reset.values():
            one.seconds += seconds
        most = self._settings.resets_per_address if is_attack else None
        found = dict(too_many_resets(self._reset, most))
        self._reset = still_resetting(self._reset)
        return found

    def _share(self, line: Line) -> float:
        """Of how many such lines one is written: just after a change, the most that it may be."""
        return max(self._recorded, self._recorded_before) / 100 if line.is_sampled else 1.0

    def _was_answered(self, line: Line | None) -> None:
        if line is not None and line.was_answered:
            networks = (network_of(line.address), network_of(line.address, wide=True))
            self.answered.saw(tuple(one for one in networks if one is not None), line.at)

    def _saw(self, line: Line, weight: float) -> None:
        self._was_answered(line)
        kinds = line.about(self._where)
        if kinds:
            self.sources.saw(line, kinds, weight=weight)
        is_sign_in = Kind.SIGN_IN in kinds
        self.sign_in += weight if is_sign_in else 0.0
        around = network_of(line.address, wide=True)
        if around is not None and (is_sign_in or line.is_refused_stranger):
            host = host_of(line.host, self._configured.hosts)
            self.refusals.add(host, around, weight, sign_in=is_sign_in)
        network = network_of(line.address)
        if network is not None and Kind.REQUESTS in kinds:
            self._refused.setdefault(network, Refused()).add(weight)
        if network is not None and line.is_reset:
            self._reset.setdefault(network, Refused()).add(weight)
