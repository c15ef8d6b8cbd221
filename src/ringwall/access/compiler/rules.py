"""The rules of every place: what each kind of principal is forbidden and permitted there."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ringwall.access.compiler.facts import Parameter, Text
from ringwall.access.compiler.formulas import (
    FALSE,
    TRUE,
    Formula,
    any_of,
    is_asked,
    loosest,
    parts,
    tightest,
)
from ringwall.access.compiler.implying import implies, is_only_itself
from ringwall.access.compiler.partial import (
    CLIENT,
    DELEGATE,
    NOBODY,
    USER,
    Asker,
    Evaluation,
    RefusedError,
)
from ringwall.access.compiler.places import CATEGORIES, Memory, Place, Reading
from ringwall.access.compiler.requests import Request, evaluate
from ringwall.access.compiler.values import Constant, Items, Value
from ringwall.access.language.syntax import Effect, EntityUid, Policy
from ringwall.access.model import METHODS, Asks, Kind, RouteEntity, ServiceEntity, World
from ringwall.access.schema import group_of
from ringwall.core.components import Component

DEFAULT: Final = "default"
"""The name of the decision that no policy made: what nobody permits is denied."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is left of a policy: its id, and when it applies."""

    policy: str
    formula: Formula


@dataclass(frozen=True)
class Ruling:
    """All rules for one kind of principal at one place, each sorted by id.

    Rules that never apply are left out; one that always does stands alone.
    """

    forbids: tuple[Rule, ...] = ()
    permits: tuple[Rule, ...] = ()

    def decide(self, request: Request) -> "Decision":
        """What Cedar would say, with the policies that say so.

        Of a ruling that :meth:`asks` for a request it means nothing, unless the request tells what
        was answered.
        """
        sure = self.sure if request.asked is None else self
        against = [rule.policy for rule in sure.forbids if evaluate(rule.formula, request)]
        if against:
            return Decision(allowed=False, policies=tuple(against))
        found = [rule.policy for rule in sure.permits if evaluate(rule.formula, request)]
        return Decision(allowed=bool(found), policies=tuple(found))

    def asks(self, request: Request) -> bool:
        """Whether the edge has to ask Cedar's engine about a request."""
        if not self.is_asked or any(evaluate(r.formula, request) for r in self.sure.forbids):
            return False
        if not evaluate(self.possible, request):
            return False
        is_sure = any(evaluate(rule.formula, request) for rule in self.sure.permits)
        return not is_sure or evaluate(self.contested, request)

    @cached_property
    def is_asked(self) -> bool:
        """Whether there are requests for which Cedar's engine has to be asked."""
        return any(is_asked(rule.formula) for rule in (*self.forbids, *self.permits))

    @cached_property
    def sure(self) -> "Ruling":
        """What the edge can tell without asking."""
        if not self.is_asked:
            return self
        return Ruling(_bounded(tightest, self.forbids), _bounded(tightest, self.permits))

    @cached_property
    def hopeful(self) -> "Ruling":
        """What the rules come to if Cedar's engine answers in favour wherever it is asked."""
        if not self.is_asked:
            return self
        return Ruling(_bounded(tightest, self.forbids), _bounded(loosest, self.permits))

    @cached_property
    def possible(self) -> Formula:
        """When anything may permit."""
        return any_of(loosest(rule.formula) for rule in self.permits)

    @cached_property
    def contested(self) -> Formula:
        """When only Cedar's engine can tell whether anything forbids."""
        return any_of(loosest(r.formula) for r in self.forbids if is_asked(r.formula))

    @property
    def is_open(self) -> bool:
        """Whether everybody of the kind may, whatever the request brings."""
        return not self.forbids and any(rule.formula == TRUE for rule in self.permits)

    @property
    def is_closed(self) -> bool:
        """Whether nobody of the kind may."""
        return not self.permits or any(rule.formula == TRUE for rule in self.forbids)


def _bounded(bound: Callable[[Formula], Formula], rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    found = [Rule(rule.policy, bound(rule.formula)) for rule in rules]
    return tuple(rule for rule in found if rule.formula != FALSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether it is allowed, and by which policies; by none where the default denies."""

    allowed: bool
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulings:
    """The rulings of a route's action on one host, for all who can come there.

    ``delegate`` is for applications that act for a person: both it and ``user`` must allow.
    """

    user: Ruling | None = None
    client: Ruling | None = None
    delegate: Ruling | None = None
    nobody: Ruling | None = None

    def all(self) -> tuple[Ruling, ...]:
        """Those that there are."""
        several = (self.user, self.client, self.delegate, self.nobody)
        return tuple(one for one in several if one is not None)


@dataclass(frozen=True, slots=True)
class _Ruled:
    """A ruling, and what is told of the policies it is made of."""

    ruling: Ruling
    applying: frozenset[str]
    showing: frozenset[str]
    hidden_by: tuple[tuple[str, str], ...]
    called_out: frozenset[str]


class _Kept:
    """What was made of policies before: of a set, few change at a time.

    Formulas by a policy's text, rulings by the texts of all policies that might have a say.
    """

    def __init__(self, most: int = 200_000) -> None:
        self._most = most
        self._memories: dict[tuple[str, Hashable, Asker], Memory] = {}
        self.ruled: dict[Hashable, _Ruled] = {}

    def memory(self, text: str, holders_key: Hashable, asker: Asker) -> Memory:
        """The memory of a policy for one kind of principal."""
        return self._memories.setdefault((text, holders_key, asker), Memory())

    def make_room(self) -> None:
        """Forget everything once it is too much."""
        if len(self._memories) > self._most or len(self.ruled) > self._most:
            self._memories.clear()
            self.ruled.clear()


_KEPT: Final = _Kept()


class Compiler:
    """Compiles one set of policies for one world. What is made is kept, for other sets too.

    ``refused`` collects the policies that the edge cannot decide; unless it is empty nothing that
    was compiled may be used. ``applying`` are the policies that can apply anywhere that was asked
    for, ``hidden_by`` the permits that a forbid undoes wherever they apply, with that forbid.
    ``called_out`` are those that the edge has to ask Cedar's engine about.
    """

    def __init__(self, policies: Sequence[Policy], world: World) -> None:
        self.world = world
        self.refused: dict[str, RefusedError] = {}
        self.applying: set[str] = set()
        self.hidden_by: dict[str, str] = {}
        self.called_out: set[str] = set()
        self._showing: set[str] = set()
        self._holders = holders(world)
        self._key = tuple((name, tuple(sorted(some))) for name, some in self._holders.items())
        self._about: dict[tuple[EntityUid | str, Kind], list[Policy]] = defaultdict(list)
        self._relevant: dict[tuple[object, ...], tuple[tuple[Policy, ...], tuple[str, ...]]] = {}
        for one in policies:
            for about in _resources(one):
                for kind in _kinds(one):
                    self._about[about, kind].append(one)
        _KEPT.make_room()

    def route(self, route: RouteEntity, host: str, method: str) -> Rulings:
        """The rulings of one method of a route on one of its hosts."""
        place = self.place(route, host, method)
        if route.asks is Asks.ANYBODY:
            return Rulings(nobody=self._ruling(NOBODY, place))
        known = {
            "user": self._ruling(USER, place),
            "client": self._ruling(CLIENT, place),
            "delegate": self._ruling(DELEGATE, place),
        }
        if route.asks is Asks.ANYBODY_KNOWN:
            known["nobody"] = self._ruling(NOBODY, place)
        return Rulings(**known)

    def service(self, caller: ServiceEntity, called: ServiceEntity, method: str) -> Ruling:
        """The ruling for a service that calls another by one method."""
        uid = EntityUid(Kind.SERVICE, caller.name)
        calls: Value = Items(
            tuple(Constant(EntityUid(Kind.SERVICE, name)) for name in caller.calls)
        )
        known = [(name, Constant(value)) for name, value in _categories(caller.component)]
        asker = Asker(Kind.SERVICE, uid=uid, attributes=(*known, ("calls", calls)))
        return self._ruling(asker, self.place_of_service(called, method))

    def services(self) -> dict[tuple[str, str, str], Ruling]:
        """The rulings by calling service, called service and method, of all declared calls.

        Others are let in nowhere, whatever policies say.
        """
        services = self.world.services
        return {
            (caller.name, called, method): self.service(caller, services[called], method)
            for caller in services.values()
            for called in caller.calls
            if called in services
            for method in METHODS
        }

    def place(self, route: RouteEntity, host: str, method: str) -> Place:
        """Where a method of a route leads on one host."""
        tenant: Parameter | Text | None = None
        if route.tenant is not None:
            tenant = Parameter(route.tenant)
        elif host == self.world.tenant_hosts:
            tenant = Text.HOST_TENANT
        service = self.world.services[route.service]
        return Place(
            action=EntityUid("Action", route.actions[method]),
            groups=self._groups(route.actions[method], method),
            resource=EntityUid("Route", route.name),
            service=EntityUid(Kind.SERVICE, route.service),
            categories=_categories(service.component),
            tenant=tenant,
            parameters=route.parameters,
        )

    @staticmethod
    def place_of_service(service: ServiceEntity, method: str) -> Place:
        """A service that another one calls by a method."""
        return Place(
            action=EntityUid("Action", method),
            groups=(EntityUid("Action", group_of(method)),),
            resource=EntityUid(Kind.SERVICE, service.name),
            categories=_categories(service.component),
            calls=tuple(EntityUid(Kind.SERVICE, name) for name in service.calls),
        )

    def _groups(self, action: str, method: str) -> tuple[EntityUid, ...]:
        methods = self._named.get(action, (method,))
        return tuple(EntityUid("Action", g) for g in sorted({group_of(m) for m in methods}))

    @cached_property
    def _named(self) -> Mapping[str, frozenset[str]]:
        return self.world.named_actions

    def _ruling(self, asker: Asker, place: Place) -> Ruling:
        policies, texts = self._having_a_say(place, asker.kind)
        key = (place, asker, self._key, texts)
        found = _KEPT.ruled.get(key)
        if found is None:
            found, is_whole = self._made(policies, asker, place)
            if is_whole:
                _KEPT.ruled[key] = found
        self.applying |= found.applying
        self._showing |= found.showing
        self.called_out |= found.called_out
        for permit, forbid in found.hidden_by:
            self.hidden_by[permit] = forbid
        for permit in self._showing & self.hidden_by.keys():
            del self.hidden_by[permit]
        return found.ruling

    def _made(self, policies: Sequence[Policy], asker: Asker, place: Place) -> tuple[_Ruled, bool]:
        """What the policies come to, and whether that is all: without those that are refused."""
        is_whole = True
        forbids: list[Rule] = []
        permits: list[Rule] = []
        for policy in policies:
            formula = self._formula(policy, asker, place)
            if formula is None:
                is_whole = False
            elif formula != FALSE:
                rules = forbids if policy.effect is Effect.FORBID else permits
                rules.append(Rule(policy.id, formula))
        hidden = list(_hidden(permits, forbids))
        is_hidden = {permit for permit, _ in hidden}
        found = _Ruled(
            Ruling(_shortest(forbids), _shortest(permits)),
            applying=frozenset(rule.policy for rule in (*forbids, *permits)),
            showing=frozenset(rule.policy for rule in permits if rule.policy not in is_hidden),
            hidden_by=tuple(hidden),
            called_out=frozenset(r.policy for r in (*forbids, *permits) if is_asked(r.formula)),
        )
        return found, is_whole

    def _having_a_say(self, place: Place, kind: Kind) -> tuple[tuple[Policy, ...], tuple[str, ...]]:
        """The policies whose heads may fit, and their texts."""
        key = (place.resource, place.service, kind)
        if key not in self._relevant:
            abouts = [place.resource, place.service, place.resource.type]
            found = [one for about in abouts if about for one in self._about.get((about, kind), ())]
            self._relevant[key] = (tuple(found), tuple(one.text for one in found))
        return self._relevant[key]

    def _formula(self, policy: Policy, asker: Asker, place: Place) -> Formula | None:
        """When a policy applies; ``None`` where the edge could not tell."""
        memory = _KEPT.memory(policy.text, self._key, asker)

        def make(reading: Reading) -> Formula:
            return Evaluation(policy, asker, reading, self._holders).formula()

        try:
            return memory.formula(place, make)
        except RefusedError as error:
            self.refused.setdefault(policy.id, error)
            return None


_MOST_COMPARED: Final = 20_000


def _hidden(permits: Sequence[Rule], forbids: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    """Permits that a single forbid undoes wherever they apply, with that forbid.

    A forbid that asks something which no permit does is found by looking that up; where too many
    others are left, none is told.
    """
    by_part: dict[Formula, list[Rule]] = defaultdict(list)
    others: list[Rule] = []
    for rule in forbids:
        part = next((one for one in parts(rule.formula) if is_only_itself(one)), None)
        (others if part is None else by_part[part]).append(rule)
    if len(permits) * len(others) > _MOST_COMPARED:
        others = []
    for rule in permits:
        candidates = [
            *others,
            *(one for part in parts(rule.formula) for one in by_part.get(part, ())),
        ]
        hiding = next((one for one in candidates if implies(rule.formula, one.formula)), None)
        if hiding is not None:
            yield rule.policy, hiding.policy


def _resources(policy: Policy) -> tuple[EntityUid | str, ...]:
    """What a policy's head says it is about: one resource, or all of a type."""
    scope = policy.resource
    if scope.uid is not None:
        return (scope.uid,)
    return ("Route", Kind.SERVICE) if scope.type is None else (scope.type,)


def _kinds(policy: Policy) -> tuple[Kind, ...]:
    """The kinds of principals that a policy's head can fit."""
    scope = policy.principal
    if scope.type is not None:
        return tuple(kind for kind in Kind if kind == scope.type)
    if scope.uid is None:
        return tuple(Kind)
    return _MEMBERS.get(scope.uid.type, tuple(kind for kind in Kind if kind == scope.uid.type))


_MEMBERS: Final = {
    "Role": (Kind.USER, Kind.CLIENT),
    "Tenant": (Kind.USER, Kind.CLIENT),
    "Group": (Kind.USER,),
}


def holders(world: World) -> dict[str, frozenset[str]]:
    """By role, the roles that include it: itself, those that name it, and so on."""
    found: dict[str, frozenset[str]] = {}
    above: dict[str, set[str]] = {name: set() for name in world.roles}
    for name, role in world.roles.items():
        for included in role.includes:
            above.setdefault(included, set()).add(name)
    for name in above:
        reached, todo = {name}, [name]
        while todo:
            for one in above.get(todo.pop(), ()):
                if one not in reached:
                    reached.add(one)
                    todo.append(one)
        found[name] = frozenset(reached)
    return found


def _shortest(rules: list[Rule]) -> tuple[Rule, ...]:
    always = [rule for rule in rules if rule.formula == TRUE]
    if always:
        return (min(always, key=lambda rule: rule.policy),)
    return tuple(sorted(rules, key=lambda rule: rule.policy))


def _categories(component: Component) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(getattr(component, name))) for name in CATEGORIES)
