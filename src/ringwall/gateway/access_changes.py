"""What another configuration would grant and take: by ways and kinds of principals, and by name."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ringwall.access.asking.differences import Difference, differences
from ringwall.access.asking.satisfying import TooManyError
from ringwall.access.compiler.facts import Parameter, Text, Word
from ringwall.access.compiler.formulas import FALSE, Formula
from ringwall.access.compiler.requests import Request
from ringwall.access.compiler.rules import Decision, Ruling
from ringwall.access.model import Kind
from ringwall.core.principals import Principal
from ringwall.gateway.allowances import EVERY, Allowances, Way, Whose, unknown_of, whose
from ringwall.gateway.asking_for import circumstances


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something newly allowed, or newly denied, to a kind of principal.

    ``when`` is the condition in words. ``now_by`` are the policies that decide now, ``before_by``
    those that did; none where the default, or the route itself, denies. ``granted`` is ``None``
    where there were too many cases to tell: then anything may have changed, and ``when`` says so.
    """

    route: str
    host: str
    methods: tuple[str, ...]
    actions: tuple[str, ...]
    whose: Whose
    granted: bool | None
    when: str
    now_by: tuple[str, ...] = ()
    before_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Principals that an action is granted to, or taken from, at least in some circumstances."""

    route: str
    action: str
    granted: bool
    principals: tuple[Principal, ...]


class Comparison:
    """Two configurations: ``old`` is in force, ``new`` would be."""

    def __init__(self, old: Allowances, new: Allowances) -> None:
        self.old, self.new = old, new
        self._cases: dict[tuple[Formula, Formula, frozenset[Word]], tuple[Difference, ...]] = {}

    def _ways(self) -> list[Way]:
        return list(dict.fromkeys([*self.new.ways(), *self.old.ways()]))

    def _pair(self, way: Way, kind: Whose) -> tuple[Formula, Formula]:
        old = self.old.formula(way, kind) if _has(self.old, way) else FALSE
        new = self.new.formula(way, kind) if _has(self.new, way) else FALSE
        return old, new

    def changes(self) -> tuple[Change, ...]:
        """Everything that would be allowed or denied otherwise; nothing that changes is missing."""
        together: dict[object, list[tuple[str, str]]] = defaultdict(list)
        kept: dict[object, Change] = {}
        for way in self._ways():
            for kind in EVERY:
                for change in self._of_way(way, kind):
                    key = (change.route, change.host, str(kind), change.granted, change.when,
                           change.now_by, change.before_by)  # fmt: skip
                    kept.setdefault(key, change)
                    together[key] += zip(change.methods, change.actions, strict=True)
        return tuple(
            Change(
                route=one.route,
                host=one.host,
                methods=tuple(method for method, _ in together[key]),
                actions=tuple(action for _, action in together[key]),
                whose=one.whose,
                granted=one.granted,
                when=one.when,
                now_by=one.now_by,
                before_by=one.before_by,
            )
            for key, one in kept.items()
        )

    def _of_way(self, way: Way, kind: Whose) -> Iterator[Change]:
        old, new = self._pair(way, kind)
        if old == new:
            return
        there = self.new if _has(self.new, way) else self.old
        action = there.world.routes[way.route].actions[way.method]
        known = {"route": way.route, "host": way.host, "whose": kind}
        try:
            found = self._differences(old, new, self._always(way, kind))
        except TooManyError as error:
            yield Change(
                **known,  # type: ignore[arg-type]
                methods=(way.method,),
                actions=(action,),
                granted=None,
                when=f"{error}: anything may have changed",
            )
            return
        for one in found:
            yield Change(
                **known,  # type: ignore[arg-type]
                methods=(way.method,),
                actions=(action,),
                granted=one.granted,
                when=there.wording(way).condition(one.formula),
                now_by=_deciding(self.new, way, kind, one.examples, allowed=one.granted),
                before_by=_deciding(self.old, way, kind, one.examples, allowed=not one.granted),
            )

    def _always(self, way: Way, kind: Whose) -> frozenset[Word]:
        found: set[Word] = set()
        for one in (self.old, self.new):
            if _has(one, way):
                found |= {Parameter(name) for name in one.world.routes[way.route].parameters}
            if way.host == one.world.tenant_hosts:
                found.add(Text.HOST_TENANT)
        if kind.kind is not Kind.ANONYMOUS:
            found.add(Text.USER)
        if kind.kind is Kind.CLIENT:
            found.add(Text.CLIENT)
        return frozenset(found)

    def _differences(
        self, old: Formula, new: Formula, always: frozenset[Word]
    ) -> tuple[Difference, ...]:
        key = (old, new, always)
        if key not in self._cases:
            self._cases[key] = differences(old, new, always)
        return self._cases[key]

    def touched(self, everyone: Iterable[Principal]) -> tuple[Touched, ...]:
        """Whom of all by name anything is granted or taken, by route and action.

        Someone counts also where it is so only in some circumstances: by a fresh proof, say.
        """
        changed = [
            (way, kind)
            for way in self._ways()
            for kind in EVERY
            if len(set(self._pair(way, kind))) > 1
        ]
        found: dict[tuple[str, str, bool], dict[Principal, None]] = defaultdict(dict)
        for principal in everyone:
            asking = circumstances(principal)
            request, unknown = asking.request(), unknown_of(asking)
            for way, kind in changed:
                if kind != whose(asking):
                    continue
                old, new = (
                    one.left(way, asking, request, unknown) if _has(one, way) else FALSE
                    for one in (self.old, self.new)
                )
                there = self.new if _has(self.new, way) else self.old
                action = there.world.routes[way.route].actions[way.method]
                for granted in self._directions(old, new, self._always(way, kind)):
                    found[way.route, action, granted][principal] = None
        return tuple(
            Touched(route=route, action=action, granted=granted, principals=tuple(principals))
            for (route, action, granted), principals in found.items()
        )

    def _directions(self, old: Formula, new: Formula, always: frozenset[Word]) -> set[bool]:
        try:
            return {one.granted for one in self._differences(old, new, always)}
        except TooManyError:
            return {True, False}


def _has(allowances: Allowances, way: Way) -> bool:
    route = allowances.world.routes.get(way.route)
    return route is not None and way.host in route.hosts and way.method in route.actions


def _deciding(
    allowances: Allowances, way: Way, kind: Whose, examples: Iterable[Request], *, allowed: bool
) -> tuple[str, ...]:
    """The policies that decide so over examples; none where no policy does."""
    if not _has(allowances, way) or allowances.policies is None:
        return ()
    ruling: Ruling | None = allowances.ruling(way, kind)
    if ruling is None:
        return ()
    found: set[str] = set()
    for request in examples:
        decision: Decision = ruling.decide(request)
        if decision.allowed == allowed:
            found |= set(decision.policies)
    return tuple(sorted(found))
