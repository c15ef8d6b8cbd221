"""From readings to what is known: the present picture and the attacks that go on."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from ringwall.gateway import recording
from ringwall.gateway.posture import ALL, AllHosts, Posture, read_stance, set_posture
from ringwall.gateway.salts import set_difficulty, turn_salts
from ringwall.gateway.sentry import controlling
from ringwall.gateway.sentry.alarming import Alarming
from ringwall.gateway.sentry.configured import Configured
from ringwall.gateway.sentry.controlling import Shedding
from ringwall.gateway.sentry.counters import rates
from ringwall.gateway.sentry.denying import too_many
from ringwall.gateway.sentry.difficulty import Difficulty
from ringwall.gateway.sentry.door import Door
from ringwall.gateway.sentry.finding import Event, finding, merged
from ringwall.gateway.sentry.keeping import Keeping
from ringwall.gateway.sentry.looking import Connected, Reading
from ringwall.gateway.sentry.networks import Exempt, Network, told
from ringwall.gateway.sentry.noticing import Noticed
from ringwall.gateway.sentry.orders import Class
from ringwall.gateway.sentry.places import Places
from ringwall.gateway.sentry.recognising import (
    SENSITIVITY,
    Attack,
    Began,
    Ended,
    Grew,
    Kind,
    Sample,
    Transition,
    step,
)
from ringwall.gateway.sentry.settings import Settings
from ringwall.gateway.sentry.signals import Second, sample
from ringwall.gateway.sentry.telling import Telling

_SECOND: Final = 0.95
"""Seconds after which a sample is made; turns come a little early and a little late."""
_KEEPS_STATE_EVERY_S: Final = 60.0
_TELLS_EVERY_S: Final = 10.0
_FAR_OVER: Final = 4
_SHEDS_UNSEEN_S: Final = 3.0
_NOTHING: Final[Mapping[str, float]] = {}

_log = logging.getLogger(__name__)


class Watch:
    """All that the sentry knows; times are seconds since 1970, but for those of readings."""

    def __init__(
        self, settings: Settings, keeping: Keeping, telling: Telling, *, now: float
    ) -> None:
        self._settings, self._keeping, self._telling = settings, keeping, telling
        self._since = now
        self._alarm: tuple[bool, frozenset[str] | None] | None = None
        self._difficulty, self._asked = Difficulty(), False
        self._stands_in_alarm = False
        self._shedding = Shedding()
        self._last: Reading | None = None
        self._second: Reading | None = None
        self._state, self._events = keeping.found()
        self._told: dict[str, float] = {}
        self._sample: Sample = {}
        self._rates = _NOTHING
        self._busy = 0.0
        self._places = Places(settings.countries, settings.systems)
        self._connected = Connected()
        configured = Configured(Path(settings.configured))
        self._noticed = Noticed(settings, configured)
        self._exempt = Exempt(settings.exempt)
        self._door = Door(
            Path(settings.denied),
            exempt=self._exempt,
            configured=configured,
            known=self._noticed.answered,
        )
        self._over: dict[Network, str] = {}
        stance = read_stance(Path(settings.state))
        self._alarming = Alarming(
            self._state,
            is_raised=stance.recognised,
            hosts=() if isinstance(stance.attacked, AllHosts) else stance.attacked,
            now=now,
        )
        self._turn, self._kept, self._seen_at = 0, now, now

    def connected(self, found: Connected | None) -> None:
        """Take note of who is connected; of ``None`` nothing is known."""
        self._connected = found or Connected()
        self._noticed.sources.is_connected(self._connected.by_address, self._connected.by_network)

    @property
    def _crowded(self) -> dict[Network, str]:
        """Who has more connections than one may."""
        found = {
            **dict(too_many(self._connected.by_address, self._settings.per_address)),
            **dict(too_many(self._connected.by_network, self._settings.per_network)),
        }
        return {one: why for one, why in found.items() if not self._exempt.overlaps(one)}

    @property
    def _far_over(self) -> set[Network]:
        """Who has so many connections that nobody known there is spared for it."""
        counted = [
            (self._connected.by_address, self._settings.per_address),
            (self._connected.by_network, self._settings.per_network),
        ]
        return {
            network
            for found, most in counted
            for network, count in found.items()
            if most is not None and count > _FAR_OVER * most
        }

    def turn(self, reading: Reading | None, now: float) -> None:
        """Take note of a reading; ``None`` when Envoy does not answer."""
        self._turn += 1
        self._noticed.read()
        self._noticed.sources.fade(now)
        if reading is None:
            self._last = self._second = None
            self._rates, self._busy = _NOTHING, 0.0
            self._not_seen(now)
        else:
            self._seen_at = now
            self._seen(reading, now)
        wanted = {**self._crowded, **self._over}
        self._door.decide(wanted, now, far_over=self._far_over)
        if self._turn % 2 == 1:
            self._keeping.picture(self.picture(now, edge=reading is not None))
        if now - self._kept >= _KEEPS_STATE_EVERY_S or now < self._kept:
            self._kept = now
            self._keeping.state(self._state)
            self._keeping.forget(now)
            # The worker does so too, while it and its database are there.
            with suppress(BlockingIOError):
                turn_salts(Path(self._settings.state), now, wait=False)

    def leave(self) -> None:
        """Keep what the next one goes on with; until it looks nothing is held back."""
        self._telling.reset()
        self._keeping.state(self._state)
        for event in self._events.values():
            self._keeping.event(event, now=event.attack.seen)

    def _seen(self, reading: Reading, now: float) -> None:
        if self._last is not None:
            self._busy = reading.busy_since(self._last)
            self._shed(reading.at - self._last.at)
        self._last = reading
        before = self._second
        if before is None or reading.at - before.at >= _SECOND:
            self._second = reading
            if before is not None:
                self._sampled(before, reading, now)

    def _not_seen(self, now: float) -> None:
        """Shed nothing by what was seen some time ago; of any clock."""
        if self._shedding.sheds and not 0 <= now - self._seen_at < _SHEDS_UNSEEN_S:
            self._shedding = Shedding()
            self._order()

    def _sampled(self, before: Reading, reading: Reading, now: float) -> None:
        seconds = reading.at - before.at
        self._rates = rates(before.totals, reading.totals, seconds)
        usual = self._state.kinds.get(Kind.REQUESTS)
        second = Second(
            rates=self._rates,
            seconds=seconds,
            busy=reading.busy_since(before),
            pool=self._settings.pool,
            crowded=len(self._crowded),
            sign_in=self._noticed.sign_in / seconds,
            usual_known=usual is not None and usual.usual.level > 0,
        )
        self._sample = sample(second)
        sensitivity = SENSITIVITY[self._settings.sensitivity]
        self._alarming.saw(second, self._noticed.refusals, now, sensitivity=sensitivity)
        self._noticed.begin_second()
        self._state, changes = step(self._state, self._sample, now, sensitivity=sensitivity)
        self._over = self._noticed.over(
            seconds,
            attacks={one.kind for one in self._state.open},
            connections=self._rates["connections"],
        )
        for change in changes:
            self._tell(change, now)
        self._refresh(now)
        self._raise_alarm(now)
        self._ask_more(now)
        refused = self._rates["limited"] + self._rates["denied"] + self._rates["overloaded"]
        refused += self._rates["shed"]
        self._noticed.recorded = controlling.recorded(refused, self._noticed.recorded)
        self._order()

    def _shed(self, seconds: float) -> None:
        """Shed more or less; in peace nothing is, whatever the shares say."""
        before = self._shedding
        if self._stands_in_alarm:
            order = tuple(one for one in Class if one in self._settings.shed)
            self._shedding = controlling.shed(
                before, self._busy, seconds, target=self._settings.busy, order=order
            )
        else:
            self._shedding = Shedding()
        if self._shedding.shares != before.shares and self._rates:
            self._order()

    def _raise_alarm(self, now: float) -> None:
        """Have the hosts that are attacked stand so, while that helps."""
        found = self._alarming.of(self._state.open, now) if self._settings.raise_alarm else None
        recognised = None if found is None else self._alarming.hosts(self._state.open, now)
        if (found is not None, recognised) != self._alarm:
            reason = "no attack is recognised" if found is None else Event(found).title.lower()
            # While another renames files nobody waits: the next second is soon enough.
            with suppress(BlockingIOError):
                set_posture(
                    Path(self._settings.state),
                    recognised=found is not None,
                    hosts=ALL if recognised is None else recognised,
                    reason=reason,
                    author="sentry",
                    wait=False,
                )
                self._alarm = (found is not None, recognised)
        stance = read_stance(Path(self._settings.state))
        self._stands_in_alarm = stance.posture is Posture.ALARM

    def _ask_more(self, now: float) -> None:
        """Have the challenge be as hard as the edge is pressed, whoever has raised the alarm."""
        state = Path(self._settings.state)
        after = self._difficulty.after(
            now,
            alarm=read_stance(state).posture is Posture.ALARM,
            busy=self._busy,
            most=self._settings.harder,
        )
        if after.more != self._difficulty.more or not self._asked:
            self._asked = False
            with suppress(BlockingIOError):
                set_difficulty(state, after.more, wait=False)
                self._asked = True
        self._difficulty = after

    def _order(self) -> None:
        """Tell the edge what follows from what is known."""
        open_ = max(self._rates.get("open", 0.0), sum(self._connected.by_address.values()))
        self._telling.say(
            recorded=self._noticed.recorded,
            shed=self._shedding.shares,
            listed=self._noticed.listed,
            pressure=round(
                controlling.pressure(
                    open_ / max(1, self._settings.pool),
                    [one.kind for one in self._state.open],
                ),
                1,
            ),
        )

    def _tell(self, transition: Transition, now: float) -> None:
        attack = transition.attack
        event = self._event(attack, with_places=not isinstance(transition, Grew))
        match transition:
            case Began():
                self._events[attack.id] = event
                self._keeping.event(event, now=now, is_new=True)
                told = finding(event, now=now, is_new=True)
                recording.attack(Path(self._settings.state), told)
                self._told[attack.id] = now
                _log.warning(
                    "an attack began: %s, %.0f where %.0f would be much%s; "
                    "`ringwall attack` tells more",
                    event.title.lower(),
                    attack.peak,
                    attack.above,
                    _most(event),
                )
            case Grew():
                self._events[attack.id] = event
            case Ended():
                self._keeping.event(event, now=now)
                recording.attack(Path(self._settings.state), finding(event, now=now))
                self._events.pop(attack.id, None)
                self._told.pop(attack.id, None)
                _log.warning(
                    "an attack is over: %s; it lasted %.0f s, with %.0f at its peak",
                    event.title.lower(),
                    (attack.ended or now) - attack.began,
                    attack.peak,
                )

    def _refresh(self, now: float) -> None:
        """Keep what came of open attacks, now and then."""
        for attack in self._state.open:
            is_due = now - self._told.get(attack.id, 0.0) >= _TELLS_EVERY_S
            self._events[attack.id] = self._event(attack, with_places=is_due)
            if is_due:
                self._told[attack.id] = now
                self._keeping.event(self._events[attack.id], now=now)

    def _event(self, attack: Attack, *, with_places: bool) -> Event:
        """An attack with what came of it so far; its places are not looked up each second."""
        before = self._events.get(attack.id)
        found = self._noticed.sources.top(attack.kind)
        if with_places:
            found += self._places.of(self._noticed.sources.addresses(attack.kind))
        return Event(attack, merged(before.sources if before else (), found))

    def picture(self, now: float, *, edge: bool) -> dict[str, Any]:
        """What ``ringwall attack`` shows, as plain values."""
        return {
            "at": now,
            "since": self._since,
            "edge": edge,
            "pressure": {"worker": round(self._busy, 3), **self._edge_pressure()},
            "rates": {name: round(value, 1) for name, value in self._rates.items()},
            "attacks": [self._shown(self._events[one.id]) for one in self._state.open],
            "posture": "alarm" if self._stands_in_alarm else "peace",
            "shed": {str(one): share for one, share in self._shedding.shares.items() if share},
            "recorded": self._noticed.recorded,
            "denied": [
                {"network": told(network), "until": one.until, "reason": one.reason}
                for network, one in self._door.alive.items()
            ],
            "connected": {
                "open": sum(self._connected.by_address.values()),
                "addresses": len(self._connected.by_address),
            },
        }

    def _edge_pressure(self) -> dict[str, float]:
        found = self._rates
        if not found:
            return {}
        return {
            "edge": round(found["pressure"], 3),
            "connections": round(found["open"] / max(1, self._settings.pool), 3),
        }

    def _shown(self, event: Event) -> dict[str, Any]:
        attack = event.attack
        signal = self._sample.get(attack.kind)
        return {
            "id": attack.id,
            "kind": str(attack.kind),
            "title": event.title,
            "began": attack.began,
            "above": round(attack.above, 1),
            "peak": round(attack.peak, 1),
            "peaked": attack.peaked,
            "level": round(signal.level, 1) if signal is not None else None,
            "count": round(attack.count),
            "sources": [
                {"what": one.what, "name": one.name, "weight": one.weight} for one in event.sources
            ],
        }


def _most(event: Event) -> str:
    named = [one for one in event.sources if one.what in {"address", "service"}]
    return f", most from {named[0].name}" if named else ""
