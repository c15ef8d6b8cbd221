"""When which kind of principal comes through a route: its own demands and its policies in one."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ringwall.access.asking.askers import Asking
from ringwall.access.asking.judgments import ruling_of
from ringwall.access.asking.known import ADDRESS, CIRCUMSTANCES, PROOF, Fact, facts_of, left
from ringwall.access.asking.words import Wording
from ringwall.access.compiler import formulas
from ringwall.access.compiler.facts import Clock, Number, Parameter, Several, Text
from ringwall.access.compiler.formulas import FALSE, Formula, atoms
from ringwall.access.compiler.proving import allowed
from ringwall.access.compiler.requests import Request
from ringwall.access.compiler.rules import Compiler, Ruling
from ringwall.access.model import Asks, Kind, RouteEntity
from ringwall.gateway.config import Route, SignIn
from ringwall.gateway.destinations import ENOUGH, sign_in_of
from ringwall.gateway.wanted import Wanted


@dataclass(frozen=True, slots=True)
class Way:
    """A method of a route on one of its hosts."""

    route: str
    host: str
    method: str


@dataclass(frozen=True, slots=True)
class Whose:
    """For whom a formula is: a kind, and whether it is an application that acts for people."""

    kind: Kind
    delegated: bool = False

    def __str__(self) -> str:
        """As sentences name them."""
        return "applications acting for people" if self.delegated else _NAMES[self.kind]


_NAMES: Final = {
    Kind.ANONYMOUS: "nobody known",
    Kind.USER: "people",
    Kind.CLIENT: "API clients",
    Kind.SERVICE: "services",
}
EVERY: Final = (
    Whose(Kind.ANONYMOUS),
    Whose(Kind.USER),
    Whose(Kind.CLIENT),
    Whose(Kind.CLIENT, delegated=True),
)
"""All who come to routes."""


class Allowances:
    """Every way of a configuration, with the condition on which each kind of principal may go it.

    Without policies routes alone decide.

    Formulas are made once for each way and kind, and what is left of them once for all who are the
    same to them: roles, tenant and scopes, as far as they are asked for.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.wanted, self.world = wanted, wanted.world
        self.policies = wanted.policies
        self.compiler = Compiler(
            () if self.policies is None else self.policies.policies, self.world
        )
        self._formulas: dict[tuple[Way, Whose], Formula] = {}
        self._left: dict[object, Formula] = {}
        self._facts: dict[Formula, frozenset[Fact]] = {}

    @cached_property
    def routes(self) -> dict[str, Route]:
        """The routes as they are written, by name."""
        return {route.name: route for route in self.wanted.routes}

    def ways(self) -> Iterator[Way]:
        """Every one there is, in the order of the configuration."""
        for route in self.world.routes.values():
            for host in route.hosts:
                for method in route.actions:
                    yield Way(route.name, host, method)

    def wording(self, way: Way) -> Wording:
        """How the conditions of a way are said."""
        route = self.world.routes[way.route]
        return Wording(self.compiler.place(route, way.host, way.method).tenant)

    def formula(self, way: Way, whose: Whose) -> Formula:
        """When a kind of principal may go a way, whatever is asked for."""
        if (way, whose) not in self._formulas:
            self._formulas[way, whose] = self._made(way, whose)
        return self._formulas[way, whose]

    def _made(self, way: Way, whose: Whose) -> Formula:
        route = self.world.routes[way.route]
        own = own_demands(self.routes[way.route], self.wanted, way.host, self._kind(route, whose))
        if self.policies is None:
            return own
        ruling = self.ruling(way, whose)
        return FALSE if ruling is None else formulas.all_of([own, allowed(ruling)])

    def ruling(self, way: Way, whose: Whose) -> Ruling | None:
        """What policies say there; ``None`` where nobody of the kind comes so far."""
        route = self.world.routes[way.route]
        rulings = self.compiler.route(route, way.host, way.method)
        kind = self._kind(route, whose)
        return ruling_of(rulings, kind, delegated=whose.delegated and kind is Kind.CLIENT)

    @staticmethod
    def _kind(route: RouteEntity, whose: Whose) -> Kind:
        return Kind.ANONYMOUS if route.asks is Asks.ANYBODY else whose.kind

    def left(self, way: Way, asking: Asking, request: Request, unknown: frozenset[Fact]) -> Formula:
        """What is left of it for somebody, whose circumstances may be unknown."""
        formula = self.formula(way, whose(asking))
        key = (formula, unknown, tuple(_seen(self._asked(formula), request)))
        if key not in self._left:
            self._left[key] = left(formula, request, unknown)
        return self._left[key]

    def _asked(self, formula: Formula) -> frozenset[Fact]:
        if formula not in self._facts:
            found: set[Fact] = set()
            for atom in atoms(formula):
                found |= facts_of(atom)
            self._facts[formula] = frozenset(found)
        return self._facts[formula]


def whose(asking: Asking) -> Whose:
    """For whom the formula is that somebody is judged by."""
    principal = asking.principal
    return Whose(
        principal.kind, delegated=principal.kind is Kind.CLIENT and not principal.is_by_itself
    )


def unknown_of(asking: Asking) -> frozenset[Fact]:
    """The circumstances in which somebody's next request may be another one than this."""
    return CIRCUMSTANCES if asking.has_proof else CIRCUMSTANCES - {PROOF, Text.STRENGTH}


def own_demands(route: Route, wanted: Wanted, host: str, kind: Kind) -> Formula:
    """What the route itself asks of a kind of principal, as a condition."""
    mode = sign_in_of(wanted, route)
    if kind is Kind.ANONYMOUS:
        return FALSE if mode is SignIn.REQUIRED else formulas.TRUE
    found: list[Formula] = []
    if mode is not SignIn.NONE and host == wanted.identity.tenant_hosts:
        found.append(formulas.same(Text.TENANT, Text.HOST_TENANT))
    if mode is SignIn.REQUIRED and route.factor is not None:
        found.append(formulas.among(Text.STRENGTH, ENOUGH[route.factor]))
    if mode is SignIn.REQUIRED and route.factor_within is not None:
        found.append(formulas.at_most(Number(Clock.PROVEN_AGO), int(route.factor_within)))
    return formulas.all_of(found)


def _seen(asked: frozenset[Fact], request: Request) -> Iterator[object]:
    for fact in sorted(asked, key=repr):
        if fact is Text.STRENGTH:
            yield request.word(fact)
        elif isinstance(fact, Several):
            yield request.sets.get(fact)
        elif isinstance(fact, Text | Parameter):
            yield request.words.get(fact)
        else:
            yield (
                request.proven
                if fact == PROOF
                else request.address
                if fact == ADDRESS
                else (request.now)
            )
