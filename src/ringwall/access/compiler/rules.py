"""The rules of every place: what each kind of principal is forbidden and permitted there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ringwall.access.compiler.facts import Parameter, Text
from ringwall.access.compiler.formulas import FALSE, TRUE, Formula, Request, evaluate, implies
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


@dataclass(frozen=True, slots=True)
class Ruling:
    """All rules for one kind of principal at one place, each sorted by id.

    Rules that never apply are left out; one that always does stands alone.
    """

    forbids: tuple[Rule, ...] = ()
    permits: tuple[Rule, ...] = ()

    def decide(self, request: Request) -> "Decision":
        """What Cedar would say, with the policies that say so."""
        against = [rule.policy for rule in self.forbids if evaluate(rule.formula, request)]
        if against:
            return Decision(allowed=False, policies=tuple(against))
        found = [rule.policy for rule in self.permits if evaluate(rule.formula, request)]
        return Decision(allowed=bool(found), policies=tuple(found))

    @property
    def is_open(self) -> bool:
        """Whether everybody of the kind may, whatever the request brings."""
        return not self.forbids and any(rule.formula == TRUE for rule in self.permits)

    @property
    def is_closed(self) -> bool:
        """Whether nobody of the kind may."""
        return not self.permits or any(rule.formula == TRUE for rule in self.forbids)


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


class Compiler:
    """Compiles one set of policies for one world. Formulas are kept, so asking twice is cheap.

    ``refused`` collects the policies that the edge cannot decide; unless it is empty nothing that
    was compiled may be used. ``applying`` are the policies that can apply anywhere that was asked
    for, ``hidden_by`` the permits that a forbid undoes wherever they apply, with that forbid.
    """

    def __init__(self, policies: Sequence[Policy], world: World) -> None:
        self.world = world
        self.refused: dict[str, RefusedError] = {}
        self.applying: set[str] = set()
        self.hidden_by: dict[str, str] = {}
        self._showing: set[str] = set()
        self._memories: dict[tuple[str, Asker], Memory] = {}
        self._holders = holders(world)
        self._anywhere: list[Policy] = []
        self._of: dict[EntityUid, list[Policy]] = defaultdict(list)
        for one in policies:
            scope = one.resource
            if scope.uid is None:
                self._anywhere.append(one)
            else:
                self._of[scope.uid].append(one)

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
        return self._ruling(asker, _place_of_service(called, method))

    def everywhere(self) -> None:
        """Compile for every place there is, so that what is told of policies is told of all."""
        for route in self.world.routes.values():
            for host in route.hosts:
                for method in route.actions:
                    self.route(route, host, method)
        for caller in self.world.services.values():
            for called in self.world.services.values():
                for method in METHODS:
                    self.service(caller, called, method)

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

    def _groups(self, action: str, method: str) -> tuple[EntityUid, ...]:
        methods = self._named.get(action, (method,))
        return tuple(EntityUid("Action", g) for g in sorted({group_of(m) for m in methods}))

    @cached_property
    def _named(self) -> Mapping[str, frozenset[str]]:
        return self.world.named_actions

    def _ruling(self, asker: Asker, place: Place) -> Ruling:
        forbids: list[Rule] = []
        permits: list[Rule] = []
        for policy in self._about(place):
            formula = self._formula(policy, asker, place)
            if formula != FALSE:
                rules = forbids if policy.effect is Effect.FORBID else permits
                rules.append(Rule(policy.id, formula))
        self._tell(forbids, permits)
        return Ruling(_shortest(forbids), _shortest(permits))

    def _tell(self, forbids: Sequence[Rule], permits: Sequence[Rule]) -> None:
        """Remember which policies do anything at all."""
        self.applying.update(rule.policy for rule in (*forbids, *permits))
        for rule in permits:
            if rule.policy in self._showing:
                continue
            hiding = next((one for one in forbids if implies(rule.formula, one.formula)), None)
            if hiding is None:
                self._showing.add(rule.policy)
                self.hidden_by.pop(rule.policy, None)
            else:
                self.hidden_by[rule.policy] = hiding.policy

    def _about(self, place: Place) -> Iterable[Policy]:
        yield from self._of.get(place.resource, ())
        if place.service is not None:
            yield from self._of.get(place.service, ())
        yield from self._anywhere

    def _formula(self, policy: Policy, asker: Asker, place: Place) -> Formula:
        memory = self._memories.setdefault((policy.id, asker), Memory())

        def make(reading: Reading) -> Formula:
            return Evaluation(policy, asker, reading, self._holders).formula()

        try:
            return memory.formula(place, make)
        except RefusedError as error:
            self.refused.setdefault(policy.id, error)
            return FALSE


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


def _place_of_service(service: ServiceEntity, method: str) -> Place:
    return Place(
        action=EntityUid("Action", method),
        groups=(EntityUid("Action", group_of(method)),),
        resource=EntityUid(Kind.SERVICE, service.name),
        categories=_categories(service.component),
        calls=tuple(EntityUid(Kind.SERVICE, name) for name in service.calls),
    )


def _categories(component: Component) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(getattr(component, name))) for name in CATEGORIES)
