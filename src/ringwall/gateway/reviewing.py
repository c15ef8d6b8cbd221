"""What of all that is permitted was really used, by the record of requests.

Judged by the policies in force now: what somebody did who would not be let in any more is no use of
anything. A role, or scope, is used by a request that would have been denied without it, or that it
alone was enough for. What two roles permit counts as a use of both.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from ringwall.access.asking.differences import differences
from ringwall.access.asking.known import ADDRESS, PROOF, TIME, Fact, left
from ringwall.access.asking.satisfying import TooManyError
from ringwall.access.compiler.facts import GROUP_MARK, Parameter, Several, Text, Word
from ringwall.access.compiler.formulas import FALSE, Holds, atoms
from ringwall.access.compiler.requests import Request
from ringwall.access.language.syntax import Effect
from ringwall.access.model import Kind
from ringwall.core.principals import Principal
from ringwall.gateway.allowances import EVERY, Allowances, Way, Whose
from ringwall.gateway.destinations import Destination
from ringwall.gateway.record_lines import PastRequest
from ringwall.gateway.recorded import (
    NO_TABLES,
    Asked,
    Tables,
    Unasked,
    asked_by,
    key_of,
    outcome_of,
)
from ringwall.gateway.rejudging import Rejudging, Verdict
from ringwall.gateway.replaying import Who

_MOST_KEPT: Final = 200_000
_MOST_NAMED: Final = 100_000
Doing = tuple[str, str]
"""A route and an action on it."""


@dataclass(slots=True)
class Use:
    """How often, and when last, in seconds since 1970."""

    count: int = 0
    last: float = 0.0

    def note(self, at: float) -> None:
        """One more."""
        self.count += 1
        self.last = max(self.last, at)


@dataclass(slots=True)
class Used:
    """Everything that was used. People are told apart by subject and organisation."""

    policies: dict[str, Use] = field(default_factory=lambda: defaultdict(Use))
    doings: dict[Doing, Use] = field(default_factory=lambda: defaultdict(Use))
    roles: dict[tuple[str, str | None, str], Use] = field(default_factory=lambda: defaultdict(Use))
    by_role: dict[str, set[Doing]] = field(default_factory=lambda: defaultdict(set))
    scopes: dict[tuple[str, str], Use] = field(default_factory=lambda: defaultdict(Use))
    programs: dict[str, Use] = field(default_factory=lambda: defaultdict(Use))
    keys: dict[str, Use] = field(default_factory=lambda: defaultdict(Use))
    came: dict[tuple[str, str | None], Use] = field(default_factory=lambda: defaultdict(Use))
    asked: Counter[Who] = field(default_factory=Counter)
    denied: Counter[Who] = field(default_factory=Counter)
    too_long: int = 0
    """Requests whose path or host is too long to judge: only that they were let in is known."""
    unjudged: int = 0
    """Requests of which it is not known what they used: these use what the record names."""


class Review:
    """Sees requests one after the other."""

    def __init__(self, judge: Rejudging, tables: Tables = NO_TABLES) -> None:
        self._judge, self._tables = judge, tables
        self.used = Used()
        self._needed: dict[object, frozenset[str]] = {}

    def see(self, row: PastRequest) -> tuple[Destination, Asked, Verdict] | None:
        """Note what a request used; where it goes and what is made of it now, if it was let in."""
        outcome = outcome_of(row)
        if isinstance(outcome, Unasked):
            return None
        used = self.used
        who: Who = (row.user, row.tenant, row.program, key_of(row))
        if who in used.asked or len(used.asked) < _MOST_NAMED:
            used.asked[who] += 1
            used.denied[who] += not outcome.allowed
        for name in outcome.by:
            used.policies[name].note(row.at)
        if outcome.allowed and row.is_cut:
            used.too_long += 1
            self._note_who(row)
            return None
        to = self._judge.find(row.method, row.host, row.path)
        if not outcome.allowed or to is None:
            return None
        asked = asked_by(row, to, self._tables)
        verdict = self._judge.judge(to, asked)
        if verdict.allowed is False:
            return None
        used.doings[to.route.name, to.action].note(row.at)
        self._note_who(row)
        if verdict.allowed is None:
            used.unjudged += 1
            return to, asked, replace(verdict, by=outcome.by)
        for name in verdict.by:
            if name not in outcome.by:
                used.policies[name].note(row.at)
        self._note_needed(row, to, asked)
        return to, asked, verdict

    def _note_who(self, row: PastRequest) -> None:
        used, key = self.used, key_of(row)
        if row.user is not None:
            used.came[row.user, row.tenant].note(row.at)
        if row.program is not None:
            used.programs[row.program].note(row.at)
        if key is not None:
            used.keys[key].note(row.at)

    def _note_needed(self, row: PastRequest, to: Destination, asked: Asked) -> None:
        if row.user is None:
            return
        for role in self.needed(to, asked, Several.ROLES):
            if not role.startswith(GROUP_MARK):
                self.used.roles[row.user, row.tenant, role].note(row.at)
                self.used.by_role[role].add((to.route.name, to.action))
        # A key has no more than its owner: who takes a scope from a program takes it from its keys.
        bearers = [one for one in (key_of(row), row.program) if one is not None]
        for scope in self.needed(to, asked, Several.SCOPES) if bearers else ():
            for bearer in bearers:
                self.used.scopes[bearer, scope].note(row.at)

    def needed(self, to: Destination, asked: Asked, several: Several) -> frozenset[str]:
        """The roles, or scopes, that a request which is allowed made use of."""
        held = asked.request.sets.get(several)
        if not held:
            return frozenset()
        question = self._judge.question(to, asked)
        key = (question, held, several)
        if question is None or key not in self._needed:
            found = frozenset(self._used_of(to, asked, several, held))
            if question is None:
                return found
            if len(self._needed) >= _MOST_KEPT:
                self._needed.clear()
            self._needed[key] = found
        return self._needed[key]

    def _used_of(
        self, to: Destination, asked: Asked, several: Several, held: frozenset[str]
    ) -> Iterator[str]:
        if not self._is_allowed(to, asked, several, frozenset()):
            for one in held:
                alone = self._is_allowed(to, asked, several, frozenset([one]))
                if alone or not self._is_allowed(to, asked, several, held - {one}):
                    yield one

    def _is_allowed(
        self, to: Destination, asked: Asked, several: Several, held: frozenset[str]
    ) -> bool:
        request = replace(asked.request, sets={**asked.request.sets, several: held})
        return self._judge.judge(to, replace(asked, request=request)).allowed is True


@dataclass(frozen=True, slots=True)
class Width:
    """What a role permits, and what of that its holders did; ``holders`` have it now."""

    role: str
    permits: frozenset[Doing]
    used: frozenset[Doing]
    holders: int = 0

    @property
    def never(self) -> tuple[Doing, ...]:
        """What nobody used it for."""
        return tuple(sorted(self.permits - self.used))


class Permitted:
    """What a configuration permits at all, whatever requests bring."""

    def __init__(self, allowances: Allowances) -> None:
        self._allowances = allowances

    def doings(self) -> frozenset[Doing]:
        """Every route and action that somebody may use; HEAD is not told apart from GET."""
        return frozenset(
            self._doing(way)
            for way in self._ways()
            if any(self._allowances.formula(way, whose) != FALSE for whose in EVERY)
        )

    def asked(self, several: Several) -> frozenset[str]:
        """The scopes, or roles, that policies ask for.

        Of others only services know what they are for, and of some roles only Ringwall itself.
        """
        conditions = {
            formula
            for way in self._allowances.ways()
            for whose in EVERY
            for formula in atoms(self._allowances.formula(way, whose))
        }
        return frozenset(
            value
            for atom in conditions
            if isinstance(atom, Holds) and atom.several is several
            for value in atom.values
        )

    def by_role(self, role: str) -> frozenset[Doing]:
        """What people may only, or may more of, by a role."""
        return frozenset(self._doing(way) for way in self._ways() if self._counts(way, role))

    def _counts(self, way: Way, role: str) -> bool:
        formula = self._allowances.formula(way, Whose(Kind.USER))
        having = left(formula, Request(sets={Several.ROLES: frozenset([role])}), _UNKNOWN)
        without = left(formula, Request(), _UNKNOWN)
        if having in (FALSE, without):
            return False
        always: frozenset[Word] = frozenset({Text.USER})
        always |= {Parameter(name) for name in self._allowances.world.routes[way.route].parameters}
        try:
            return any(one.granted for one in differences(without, having, always))
        except TooManyError:
            return True  # it may well

    def _ways(self) -> Iterator[Way]:
        for way in self._allowances.ways():
            actions = self._allowances.world.routes[way.route].actions
            if way.method != "HEAD" or "GET" not in actions:
                yield way

    def _doing(self, way: Way) -> Doing:
        return way.route, self._allowances.world.routes[way.route].actions[way.method]


_UNKNOWN: Final[frozenset[Fact]] = frozenset({*Text, Several.SCOPES, PROOF, TIME, ADDRESS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the record says of what is permitted now."""

    policies: tuple[str, ...]
    """Permits that decided nothing."""
    forbids: tuple[str, ...]
    """Forbids that decided nothing: perhaps since everybody knows that they are there."""
    doings: tuple[Doing, ...]
    """What somebody may do and nobody did."""
    grants: tuple[tuple[Principal, str], ...]
    """Roles that policies ask for, and people and programs hold and made no use of."""
    widths: tuple[Width, ...]
    clients: tuple[Principal, ...]
    """Clients and keys that did nothing at all."""
    scopes: tuple[tuple[Principal, str], ...]
    """Scopes that policies ask for, and clients and keys have and made no use of."""
    knocking: tuple[tuple[Who, int, int], ...]
    """Who was denied most of what they asked for: with how often, and of how many."""
    not_asked: str | None = None


MANY_DENIALS: Final = 5
"""So often somebody is denied before it is told that they knock in vain."""


def findings(
    used: Used, rejudging: Rejudging, everyone: Iterable[Principal], *, not_asked: str | None = None
) -> Findings:
    """Compare what was used with what there is."""
    wanted = rejudging.wanted
    permitted = Permitted(Allowances(wanted))
    done = {_without_head(doing) for doing in used.doings}
    grants: list[tuple[Principal, str]] = []
    clients: list[Principal] = []
    scopes: list[tuple[Principal, str]] = []
    holders: Counter[str] = Counter()
    known = {several: permitted.asked(several) for several in (Several.ROLES, Several.SCOPES)}
    for one in everyone:
        holders.update(one.roles)
        bearer = one.key or (one.id if one.kind is Kind.CLIENT else None)
        if bearer is not None and bearer not in (used.keys if one.key else used.programs):
            clients.append(one)
            continue
        if one.key is None:
            grants += [
                (one, role)
                for role in one.roles
                if role in known[Several.ROLES] and (one.id, one.tenant, role) not in used.roles
            ]
        if bearer is not None:
            scopes += [
                (one, scope)
                for scope in one.scopes or ()
                if scope in known[Several.SCOPES] and (bearer, scope) not in used.scopes
            ]
    widths = [
        Width(
            role,
            permits,
            frozenset(map(_without_head, used.by_role.get(role, ()))) & permits,
            holders[role],
        )
        for role in wanted.world.roles
        if (permits := permitted.by_role(role))
    ]
    knocking = [
        (who, count, used.asked[who])
        for who, count in used.denied.most_common()
        if count >= MANY_DENIALS and 2 * count > used.asked[who]
    ]
    policies = () if wanted.policies is None else wanted.policies.policies
    idle = [
        one
        for one in policies
        if one.id not in used.policies and not is_between_services(one.principal.type)
    ]
    return Findings(
        policies=tuple(one.id for one in idle if one.effect is Effect.PERMIT),
        forbids=tuple(one.id for one in idle if one.effect is Effect.FORBID),
        doings=tuple(sorted(permitted.doings() - done)),
        grants=tuple(grants),
        widths=tuple(sorted(widths, key=lambda one: len(one.used) / len(one.permits))),
        clients=tuple(clients),
        scopes=tuple(scopes),
        knocking=tuple(knocking),
        not_asked=not_asked,
    )


def is_between_services(kind: str | None) -> bool:
    """Whether a policy is for services alone, of which nothing is recorded."""
    return kind == Kind.SERVICE


def _without_head(doing: Doing) -> Doing:
    route, action = doing
    return (route, "GET") if action == "HEAD" else doing
