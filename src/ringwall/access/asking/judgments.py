"""May they, and why: Cedar's engine judges, the compiled rules must agree."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from ringwall.access.asking.reasons import Part, applied, missed
from ringwall.access.compiler.facts import Text
from ringwall.access.compiler.formulas import Asked, atoms, tightest
from ringwall.access.compiler.partial import CLIENT, DELEGATE, NOBODY, USER, Asker
from ringwall.access.compiler.places import Place
from ringwall.access.compiler.proving import asked, could_be_proven
from ringwall.access.compiler.requests import Request, evaluate
from ringwall.access.compiler.rules import Compiler, Decision, Ruling, Rulings, holders
from ringwall.access.engine import Engine, Question
from ringwall.access.language.syntax import Effect, Policy
from ringwall.access.model import Asks, Kind, RouteEntity, World
from ringwall.access.schema import schema

NEAREST: Final = 3
"""So many permits that nearly applied are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """What policies say to one principal's request.

    ``kind`` is whom policies took them for. ``cedar`` is the decision; ``compiled`` that of the
    edge's rules, ``None`` where the route lets nobody of the kind come so far. ``deciding`` are the
    policies that decided, ``nearest`` the permits of which least was missing. ``proof`` is the
    strength and the greatest age in seconds of a proof that would change it. ``callout`` are the
    policies for which the edge asks Cedar's engine, each with why; none where it decides by itself.
    """

    kind: Kind
    delegated: bool
    cedar: Decision
    compiled: Decision | None
    deciding: tuple[Part, ...] = ()
    nearest: tuple[Part, ...] = ()
    proof: tuple[str, int | None] | None = None
    sign_in_would_help: bool = False
    callout: tuple[tuple[str, str], ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether the compiled rules say what Cedar says, by policies that Cedar names too."""
        if self.compiled is None:
            return True
        return (
            self.compiled.allowed == self.cedar.allowed
            and set(self.compiled.policies) <= set(self.cedar.policies)
            and bool(self.compiled.policies) == bool(self.cedar.policies)
        )


_ASKERS: Final = {Kind.USER: USER, Kind.CLIENT: CLIENT, Kind.ANONYMOUS: NOBODY}


class Judge:
    """One set of policies in one world, ready to be asked."""

    def __init__(self, policies: Sequence[Policy], world: World) -> None:
        self.world = world
        self.compiler = Compiler(policies, world)
        self._policies = {policy.id: policy for policy in policies}
        self._engine = Engine(policies, schema=schema(world), roles=world.roles)

    @cached_property
    def _holders(self) -> dict[str, frozenset[str]]:
        return holders(self.world)

    def judge(
        self, route: RouteEntity, host: str, method: str, *, kind: Kind, request: Request
    ) -> tuple[Judgment, ...]:
        """What policies say to a request; of an application for a person, to both of them.

        Where a route asks nobody who they are, everybody is anonymous. Raises ``UndecidedError``
        where Cedar fails.
        """
        if route.asks is Asks.ANYBODY:
            kind = Kind.ANONYMOUS
        rulings = self.compiler.route(route, host, method)
        place = self.compiler.place(route, host, method)
        first = self._judged(place, rulings, kind, request)
        if kind is Kind.USER and Text.CLIENT in request.words:
            return first, self._judged(place, rulings, Kind.CLIENT, request, delegated=True)
        return (first,)

    def _judged(
        self,
        place: Place,
        rulings: Rulings,
        kind: Kind,
        request: Request,
        *,
        delegated: bool = False,
    ) -> Judgment:
        question = Question(kind=kind, place=place, request=request, delegated=delegated)
        cedar = self._engine.decide(question)
        asker = DELEGATE if delegated else _ASKERS[kind]
        ruling = ruling_of(rulings, kind, delegated=delegated)
        found = [self._policies[name] for name in cedar.policies]
        return Judgment(
            kind=kind,
            delegated=delegated,
            cedar=cedar,
            compiled=None if ruling is None else _compiled(ruling, request, cedar),
            callout=() if ruling is None or not ruling.asks(request) else _asked(ruling),
            deciding=tuple(applied(p, asker, place, request, self._holders) for p in found),
            nearest=() if cedar.allowed else self._nearest(ruling, asker, place, request),
            proof=None if cedar.allowed else _proof(ruling, kind, request),
            sign_in_would_help=kind is Kind.ANONYMOUS
            and not cedar.allowed
            and any(
                one is not None and not one.is_closed for one in (rulings.user, rulings.client)
            ),
        )

    def _nearest(
        self, ruling: Ruling | None, asker: Asker, place: Place, request: Request
    ) -> tuple[Part, ...]:
        """The permits of which least is missing, those about this place alone."""
        if ruling is None:
            return ()
        found = [
            missed(self._policies[rule.policy], asker, place, request, self._holders)
            for rule in ruling.permits
            if self._policies[rule.policy].effect is Effect.PERMIT
            and not evaluate(tightest(rule.formula), request)
        ]
        found.sort(key=lambda part: (len(part.reasons), part.policy.id))
        return tuple(found[:NEAREST])


def ruling_of(rulings: Rulings, kind: Kind, *, delegated: bool = False) -> Ruling | None:
    """The ruling for a kind of principal; ``None`` where none of it comes so far."""
    if delegated:
        return rulings.delegate
    return {Kind.USER: rulings.user, Kind.CLIENT: rulings.client}.get(kind, rulings.nobody)


def _compiled(ruling: Ruling, request: Request, cedar: Decision) -> Decision:
    """What the edge decides: what it is answered where it asks, else by its own rules.

    Where it denies by itself what it might have asked about, Cedar may know more reasons.
    """
    if not ruling.is_asked:
        return ruling.decide(request)
    if ruling.asks(request):
        return cedar
    return replace(cedar, allowed=ruling.decide(request).allowed)


def _asked(ruling: Ruling) -> tuple[tuple[str, str], ...]:
    return tuple(
        (rule.policy, atom.reason)
        for rule in (*ruling.forbids, *ruling.permits)
        for atom in sorted(atoms(rule.formula), key=repr)
        if isinstance(atom, Asked)
    )


def _proof(ruling: Ruling | None, kind: Kind, request: Request) -> tuple[str, int | None] | None:
    """How a person would have to be proven to be allowed, if that is all that is missing."""
    if ruling is None or kind is not Kind.USER:
        return None
    level, within = asked(ruling.hopeful)
    if level is None or not evaluate(could_be_proven(ruling.hopeful), request):
        return None
    return level, within
