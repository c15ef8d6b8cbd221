"""What another set of policies would have made of past requests.

Each request is first judged by what was in force then. Only where that says what the record says is
its judgment by the other set believed; whatever cannot be judged again is counted with the reason,
and never passes for unchanged.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ringwall.access.asking.known import PROOF, Fact
from ringwall.access.compiler.facts import Several, Text
from ringwall.access.compiler.rules import DEFAULT
from ringwall.gateway.destinations import Destination
from ringwall.gateway.envoy.permissions import ODD, PREFIX, UNKNOWN
from ringwall.gateway.envoy.permissions import PROOF as PROOF_ASKED
from ringwall.gateway.record_lines import PastRequest
from ringwall.gateway.recorded import NO_TABLES, Outcome, Tables, Unasked, asked_by, outcome_of
from ringwall.gateway.rejudging import Rejudging, Verdict

_EXAMPLES: Final = 3
_MOST_NAMED: Final = 100_000
"""So many principals are told apart in each group of changes; of more, only that there are."""
_UNREADABLE: Final = ODD.removeprefix(PREFIX)
BY_ROUTE: Final = "the route itself"
TOO_LONG: Final = "the path or host is too long to judge"

Who = tuple[str | None, str | None, str | None, str | None]
"""User, organisation, program and key of a request."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a change is: the same for all requests that are told together."""

    route: str
    action: str
    granted: bool
    by: tuple[str, ...]
    before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One request that would have been decided otherwise."""

    at: float
    id: str
    method: str
    host: str
    path: str
    who: Who


@dataclass(slots=True)
class Changed:
    """All requests of one kind of change."""

    count: int = 0
    who: Counter[Who] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)
    is_cut: bool = False


@dataclass(slots=True)
class Replayed:
    """What came of a replay. Numbers are requests.

    ``rows`` is the sum of ``unasked``, ``unjudged``, ``same`` and what changed. ``unsure`` of the
    judged could not be checked against the record, since a fact of them is missing.
    """

    rows: int = 0
    same: int = 0
    unsure: int = 0
    by_tables: int = 0
    """Judged with roles that the tables have now, since their lines tell none."""
    unasked: Counter[Unasked] = field(default_factory=Counter)
    unjudged: Counter[str] = field(default_factory=Counter)
    unjudged_examples: dict[str, list[str]] = field(default_factory=dict)
    changes: dict[Kind, Changed] = field(default_factory=dict)

    def count(self, *, granted: bool) -> int:
        """How many would have been permitted, or denied, unlike then."""
        return sum(one.count for kind, one in self.changes.items() if kind.granted == granted)

    def who(self, *, granted: bool) -> set[Who]:
        """By whom."""
        return {
            who for kind, one in self.changes.items() if kind.granted == granted for who in one.who
        }


@dataclass(frozen=True, slots=True)
class Era:
    """A configuration that was in force. ``policies`` is the beginning of their hash."""

    policies: str | None
    judge: Rejudging


class Eras:
    """What was in force when.

    ``starts`` are when each configuration came into force, in seconds since 1970, oldest first;
    ``load`` reads one by its position, ``None`` where it cannot be read any more.
    """

    def __init__(self, starts: Sequence[float], load: Callable[[int], Era | None]) -> None:
        self._starts, self._load = list(starts), load
        self._eras: dict[int, Era | None] = {}
        self._elsewhere: dict[str | None, Rejudging | None] = {}

    def at(self, time: float, policies: str | None) -> Rejudging | None:
        """The one by which a request was decided: that of then, with the policies it names.

        Around a change the edge may still have had the one before, or already the next. ``None``
        where those policies are not kept any more: by others nobody knows what was decided then.
        """
        position = bisect_right(self._starts, time) - 1
        for near in (position, position - 1, position + 1):
            era = self._era(near)
            if era is not None and era.policies == policies:
                return era.judge
        if policies not in self._elsewhere:
            self._elsewhere[policies] = self._last(policies)
        return self._elsewhere[policies]

    def _last(self, policies: str | None) -> Rejudging | None:
        for position in range(len(self._starts) - 1, -1, -1):
            era = self._era(position)
            if era is not None and era.policies == policies:
                return era.judge
        return None

    def _era(self, position: int) -> Era | None:
        if not 0 <= position < len(self._starts):
            return None
        if position not in self._eras:
            self._eras[position] = self._load(position)
        return self._eras[position]


class Replay:
    """Judges past requests one after the other; :attr:`found` is what came of it so far."""

    def __init__(self, eras: Eras, new: Rejudging, tables: Tables = NO_TABLES) -> None:
        self._eras, self._new, self._tables = eras, new, tables
        self.found = Replayed()

    def judge(self, row: PastRequest) -> None:
        """Judge one request by what was in force then, and by what might be."""
        found = self.found
        found.rows += 1
        outcome = outcome_of(row)
        if isinstance(outcome, Unasked):
            found.unasked[outcome] += 1
            return
        if row.is_cut:
            self._leave(row, TOO_LONG)
            return
        then = self._eras.at(row.at, row.policies)
        if then is None:
            self._leave(row, "the policies of then are not kept")
            return
        to = then.find(row.method, row.host, row.path)
        if to is None or to.route.name != row.route:
            self._leave(row, "the route of then is not found again")
            return
        asked = asked_by(row, to, self._tables)
        before = then.judge(to, asked)
        if before.allowed is not None and not agrees(outcome, before):
            self._leave(row, "judged by the policies of then, the record says otherwise")
            return
        there: Destination | None = to
        after = before
        if self._new is not then:
            there = self._new.find(row.method, row.host, row.path)
            is_elsewhere = there is not None and (
                there.parameters != to.parameters or there.host_tenant != to.host_tenant
            )
            if there is not None and is_elsewhere:
                asked = asked_by(row, there, self._tables)
            after = self._new.judge(there, asked)
        if after.allowed is None:
            hangs = _named(after.missing) or "facts that only Cedar's engine could weigh"
            self._leave(row, f"it hangs on {hangs}, which is not known of it")
            return
        found.unsure += before.allowed is None
        found.by_tables += not row.has_facts and row.user is not None
        if after.allowed == outcome.allowed:
            found.same += 1
            return
        where = to if there is None else there
        kind = Kind(
            route=where.route.name,
            action=where.action,
            granted=after.allowed,
            by=_deciding(after),
            before=outcome.by or (BY_ROUTE,),
        )
        self._note(row, kind)

    def _leave(self, row: PastRequest, reason: str) -> None:
        self.found.unjudged[reason] += 1
        examples = self.found.unjudged_examples.setdefault(reason, [])
        if len(examples) < _EXAMPLES:
            examples.append(row.id)

    def _note(self, row: PastRequest, kind: Kind) -> None:
        changed = self.found.changes.setdefault(kind, Changed())
        changed.count += 1
        key = row.session if row.session is not None and row.session.startswith("k") else None
        who = (row.user, row.tenant, row.program, key)
        if who in changed.who or len(changed.who) < _MOST_NAMED:
            changed.who[who] += 1
        else:
            changed.is_cut = True
        if len(changed.examples) < _EXAMPLES:
            changed.examples.append(Example(row.at, row.id, row.method, row.host, row.path, who))


def _deciding(verdict: Verdict) -> tuple[str, ...]:
    """The policies that decide, or the name that the record would have for what does."""
    if verdict.is_mendable:
        return (PROOF_ASKED,)
    if verdict.by:
        return verdict.by
    if verdict.by_route or verdict.allowed:
        return (BY_ROUTE,)
    return (_UNREADABLE,) if verdict.is_odd else (DEFAULT,)


def agrees(outcome: Outcome, verdict: Verdict) -> bool:
    """Whether a judgment says what was recorded, by a policy that it names too."""
    if outcome.allowed != verdict.allowed:
        return False
    if outcome.allowed:
        return set(outcome.by) <= set(verdict.by)
    (name,) = outcome.by
    if name == _UNREADABLE:
        return verdict.is_odd
    if name == PROOF_ASKED:
        return verdict.is_mendable or not verdict.by
    # The default denies without a look at forbids where nobody permits anything.
    return name in {DEFAULT, UNKNOWN} or name in verdict.by


_FACTS: Final[Mapping[Fact, str]] = {
    PROOF: "when the person was proven",
    Text.STRENGTH: "how the person was proven",
    Text.EMAIL: "the mail address",
    Several.ROLES: "the roles",
    Several.SCOPES: "the scopes",
}


def _named(missing: frozenset[Fact]) -> str:
    found = sorted(_FACTS.get(fact, str(fact)) for fact in missing)
    return " and ".join(found)
