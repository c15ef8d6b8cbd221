"""Worlds, policies and requests by chance: small, but with everything that policies can say.

Hypothesis chooses the seed and how much there is; all else follows from them. Were every word
chosen by itself, it would be a hundred times slower, and what fails is read off the policies.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from random import Random
from typing import Final

from tests.access.worlds import service

from ringwall.access.compiler.facts import Parameter, Several, Text, Word
from ringwall.access.compiler.places import Place
from ringwall.access.compiler.requests import Request
from ringwall.access.engine import Question
from ringwall.access.model import (
    Asks,
    Holders,
    Kind,
    Role,
    RouteEntity,
    ServiceEntity,
    World,
)
from ringwall.core.components import (
    Classification,
    Environment,
    Exposure,
    Layer,
)

ROLES: Final = ("customer", "support", "billing-manager", "a.b", "lead")
GROUPS: Final = ("engineering", "R and D")
TENANTS: Final = ("north", "south", "north-2")
USERS: Final = ("u1", "u2", "a" * 32)
CLIENTS: Final = ("c1", "u1")
SCOPES: Final = ("orders:read", "orders:write", "read", "profile")
EMAILS: Final = ("ada@north.example", "bob@south.example", "a+b@north.example", "ü@north.example")
STRENGTHS: Final = ("single", "mfa", "phr")
IDS: Final = ("1", "42", "north", "u1", "A~b", "x.y")
ADDRESSES: Final = ("127.0.0.1", "10.0.0.1", "10.255.255.255", "192.0.2.7", "::1", "2001:db8::5")
NETWORKS: Final = (
    "10.0.0.0/8",
    "127.0.0.0/8",
    "192.0.2.7",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "10.0.0.0/24",
    "::1",
    "2001:db8::/32",
)
PATTERNS: Final = ("*@north.example", "a*", "*", "*b@*", "ada@north.example", "*.*", "**n*", "?")
MOMENTS: Final = (
    "2026-11-26",
    "2026-11-26T08:00:00Z",
    "2026-11-26T08:00:00.500Z",
    "2026-11-26T09:30:00.000+0130",
    "1999-12-31T23:59:59Z",
    "2100-01-01",
)
LENGTHS: Final = ("8h", "17h30m", "0s", "1d", "23h59m59s", "500ms", "-1h", "12h0m0s1ms")
NOW: Final = int(datetime(2026, 11, 26, 8, 0, 0, tzinfo=UTC).timestamp())
NOWS: Final = (
    NOW,
    NOW - 1,
    NOW + 1,
    NOW + 86_400,
    NOW - 3 * 86_400 - 28_801,
    int(datetime(2026, 11, 29, 23, 59, 59, tzinfo=UTC).timestamp()),
    int(datetime(2028, 2, 29, 12, 0, 0, tzinfo=UTC).timestamp()),
)
AGES: Final = (0, 1, 299, 300, 301, 3600, 86_400, -3, -4, -5, -100)

_PATHS: Final = ("/a", "/v1/{tenant}/orders/{id}", "/{id}/x", "/{a}/{tenant}/{b}")
_COMPARED: Final = ("<", "<=", ">", ">=", "==", "!=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request: by whom, where, with what."""

    route: RouteEntity
    host: str
    method: str
    kind: Kind
    delegated: bool
    request: Request

    def question(self, place: Place) -> Question:
        """As Cedar is asked."""
        return Question(kind=self.kind, place=place, request=self.request, delegated=self.delegated)


class Chance:
    """Everything by one source of chance."""

    def __init__(self, seed: int, *, depth: int = 2) -> None:
        self._any = Random(seed)
        self._depth = depth

    def _of(self, *choices: object) -> str:
        return str(self._any.choice(choices))

    def _coin(self, times: float = 0.5) -> bool:
        return self._any.random() < times

    # worlds

    def world(self) -> World:
        """Two services, some routes, a hierarchy of roles without circles."""
        roles = {}
        for position, name in enumerate(ROLES):
            below = self._any.sample(ROLES[:position], k=min(position, self._any.randrange(3)))
            roles[name] = Role(name=name, includes=tuple(below), holders=Holders.ANYONE)
        routes = [
            self._route(position, path)
            for position, path in enumerate(_PATHS)
            if position == 0 or self._coin(0.7)
        ]
        return World(
            roles=roles,
            services={name: self._service(name) for name in ("orders", "billing")},
            routes={one.name: one for one in routes},
            groups=frozenset(GROUPS),
            tenant_hosts="*.shop.example",
        )

    def _route(self, position: int, path: str) -> RouteEntity:
        parameters = tuple(p[1:-1] for p in path.split("/") if p.startswith("{"))
        actions = {"GET": "GET", "HEAD": "HEAD", "POST": "POST"}
        if self._coin():
            actions["POST"] = self._of("orders:refund", "orders:cancel")
        return RouteEntity(
            name=f"r{position}",
            service=self._of("orders", "billing"),
            path=path,
            actions=actions,
            parameters=parameters,
            hosts=(self._of("api.example", "*.shop.example"),),
            tenant="tenant" if "tenant" in parameters else None,
            asks=Asks.ANYBODY_KNOWN,
            place=position,
        )

    def _service(self, name: str) -> ServiceEntity:
        return service(
            name,
            calls=("billing",) if name == "orders" else (),
            layer=self._any.choice(list(Layer)),
            environment=self._any.choice(list(Environment)),
            classification=self._any.choice(list(Classification)),
            exposure=self._any.choice(list(Exposure)),
            owner="orders team",
        )

    # policies

    def policies(self, world: World, count: int) -> str:
        """The text of some policies for the world."""
        return "\n".join(self.policy(world, f"p{number}") for number in range(count))

    def policy(self, world: World, name: str) -> str:
        """One policy."""
        kind = self._any.choice((Kind.USER, Kind.USER, Kind.CLIENT, Kind.ANONYMOUS, None))
        head = ", ".join((self._principal(kind), self._action(world), self._resource(world)))
        conditions = "".join(
            "\n"
            + self._of("when", "when", "unless")
            + f" {{ {self._boolean(world, kind, self._depth)} }}"
            for _ in range(self._any.choice((0, 1, 1, 1, 2)))
        )
        return f'@id("{name}")\n{self._of("permit", "permit", "forbid")} ({head}){conditions};'

    def _principal(self, kind: Kind | None) -> str:
        if kind is None:
            return "principal"
        choices = [f"principal is {kind}"] * 3
        if kind in {Kind.USER, Kind.CLIENT}:
            choices.append(f'principal is {kind} in Role::"{self._of(*ROLES)}"')
            choices.append(f'principal is {kind} in Tenant::"{self._of(*TENANTS)}"')
        if kind is Kind.USER:
            choices.append(f'principal == User::"{self._of(*USERS)}"')
            choices.append(f'principal is User in Group::"{self._of(*GROUPS)}"')
        if kind is Kind.CLIENT:
            choices.append(f'principal == ApiClient::"{self._of(*CLIENTS)}"')
        return self._of(*choices)

    def _action(self, world: World) -> str:
        names = [*world.named_actions, "GET", "POST"]
        return self._of(
            "action",
            "action",
            'action in Action::"read"',
            'action in Action::"write"',
            'action in [Action::"GET", Action::"POST"]',
            f'action == Action::"{self._of(*names)}"',
        )

    def _resource(self, world: World) -> str:
        return self._of(
            "resource is Route",
            "resource is Route",
            f'resource is Route in Service::"{self._of(*world.services)}"',
            f'resource == Route::"{self._of(*world.routes)}"',
        )

    def _boolean(self, world: World, kind: Kind | None, depth: int) -> str:
        if depth == 0 or self._coin(0.3):
            return self._leaf(world, kind)

        def inner() -> str:
            return self._boolean(world, kind, depth - 1)

        match self._any.randrange(5):
            case 0 | 1:
                return f"({inner()} && {inner()})"
            case 2:
                return f"({inner()} || {inner()})"
            case 3:
                return f"!({inner()})"
        return f"(if {inner()} then {inner()} else {inner()})"

    def _leaf(self, world: World, kind: Kind | None) -> str:
        if kind is Kind.USER and self._coin(0.4):
            return self._of_cloudsr()
        if kind in {Kind.USER, Kind.CLIENT} and self._coin(0.5):
            return self._of_known(world, kind)
        return self._of_place(world) if self._coin(0.4) else self._of_context(world)

    def _of_place(self, world: World) -> str:
        return self._of(
            "true",
            "false",
            'action in Action::"read"',
            'action == Action::"POST"',
            f'resource == Route::"{self._of(*world.routes)}"',
            f'resource in Service::"{self._of(*world.services)}"',
            f'[Route::"{self._of(*world.routes)}", Route::"r0"].contains(resource)',
            f'[resource].containsAny([Route::"{self._of(*world.routes)}"])',
            f'Route::"{self._of(*world.routes)}" in Service::"{self._of(*world.services)}"',
            f'resource.classification == "{self._of(*Classification)}"',
            '["delivery", "database"].contains(resource.layer)',
            'resource.owner like "orders*"',
            'resource.environment != "production"',
            f'(resource has tenant && resource.tenant == Tenant::"{self._of(*TENANTS)}")',
            '(resource has tenant && resource.tenant in [Tenant::"north", Tenant::"south"])',
            "resource has tenant",
        )

    def _of_context(self, world: World) -> str:
        network, moment, length = self._of(*NETWORKS), self._of(*MOMENTS), self._of(*LENGTHS)
        compared = self._of(*_COMPARED)
        shift = self._of("1h", "-5h30m", "26h")
        choices = [
            f'context.address.isInRange(ip("{network}"))',
            'context.address.isInRange(ip("10.0.0.9/24"))',
            f'context.address == ip("{network}")',
            self._of("context.address.isLoopback()", "context.address.isIpv6()"),
            f'context.now {compared} datetime("{moment}")',
            f'context.now.toTime() {compared} duration("{length}")',
            f'context.now.toDate() {compared} datetime("{moment}")',
            f'context.now.offset(duration("{shift}")).toTime() {compared} duration("{length}")',
            f'context.now.durationSince(datetime("{moment}")) {compared} duration("{length}")',
            f"context.weekday {compared} {self._any.randrange(9)}",
            f"context.weekday * {self._of(-3, -1, 0, 1, 3)} {compared} {self._of(-9, -3, 0, 8)}",
        ]
        for name in world.parameters:
            value = f"context.path.{name}"
            condition = self._of(
                f'{value} == "{self._of(*IDS)}"',
                f'{value} like "{self._of(*PATTERNS)}"',
                f'["{self._of(*IDS)}", "42"].contains({value})',
            )
            choices.append(f"(context.path has {name} && {condition})")
        return self._of(*choices)

    def _of_known(self, world: World, kind: Kind) -> str:
        """Conditions on people and programs."""
        name = self._of(*(CLIENTS if kind is Kind.CLIENT else USERS))
        scopes = (
            "principal.scopes"
            if kind is Kind.CLIENT
            else "principal has scopes && principal.scopes"
        )
        tenant = self._of(*TENANTS)
        some = f'["{self._of(*SCOPES)}", "{self._of(*SCOPES)}"]'
        choices = [
            f'principal in Role::"{self._of(*ROLES)}"',
            f'principal in [Role::"{self._of(*ROLES)}", Role::"lead"]',
            f'principal in Tenant::"{tenant}"',
            f'principal == {kind}::"{name}"',
            f'principal.id == "{name}"',
            f'principal.id like "{self._of(*PATTERNS)}"',
            f'(principal has tenant && principal.tenant == Tenant::"{tenant}")',
            "(principal has tenant && resource has tenant && principal.tenant == resource.tenant)",
            "(resource has tenant && principal in resource.tenant)",
            f'({scopes}.contains("{self._of(*SCOPES)}"))',
            f"({scopes}.containsAll({some}))",
            f"({scopes}.containsAny({some}))",
        ]
        if kind is Kind.CLIENT:
            choices.append("principal.for_person")
        if world.parameters:
            one = self._of(*world.parameters)
            choices.append(f"(context.path has {one} && context.path.{one} == principal.id)")
        return self._of(*choices)

    def _of_cloudsr(self) -> str:
        compared, strength = self._of(*_COMPARED), self._of(*STRENGTHS, "key")
        return self._of(
            f'principal.strength == "{strength}"',
            f'principal.strength != "{strength}"',
            f'["{strength}", "mfa"].contains(principal.strength)',
            f'(if principal.proven_ago < 300 then "mfa" else "{strength}") == principal.strength',
            f"principal.proven_ago {compared} {self._of(0, 300, 3600)}",
            f"principal.proven_ago + {self._of(-5, 300)} {compared} 600",
            f"principal.proven_ago * {self._of(-1, 0, 2)} {compared} 600",
            f'(principal has email && principal.email like "{self._of(*PATTERNS)}")',
            f'(principal has email && principal.email == "{self._of(*EMAILS)}")',
            f'principal in Group::"{self._of(*GROUPS)}"',
            "principal has tenant",
            "principal has email",
            "principal has scopes",
        )

    # requests

    def asked(self, world: World) -> Asked:
        """A request to one of the routes."""
        route = self._any.choice(sorted(world.routes.values(), key=lambda one: one.name))
        kind, delegated = self._any.choice(
            (
                (Kind.USER, False),
                (Kind.USER, False),
                (Kind.CLIENT, False),
                (Kind.CLIENT, True),
                (Kind.ANONYMOUS, False),
            )
        )
        words: dict[Word, str] = {}
        sets: dict[Several, frozenset[str]] = {}
        proven, now = None, self._any.choice(NOWS)
        if kind is not Kind.ANONYMOUS:
            self._membership(words, sets)
        if kind is Kind.USER or delegated:
            words[Text.USER] = self._of(*USERS)
            if delegated or self._coin(0.8):
                words[Text.STRENGTH] = self._of(*STRENGTHS)
                proven = now - self._any.choice(AGES)
            if self._coin():
                words[Text.EMAIL] = self._of(*EMAILS)
        if kind is Kind.CLIENT:
            words[Text.CLIENT] = self._of(*CLIENTS)
            if not delegated:
                words[Text.USER] = words[Text.CLIENT]
        for name in route.parameters:
            words[Parameter(name)] = self._of(*(TENANTS if name == "tenant" else IDS))
        host = route.hosts[0]
        if host == world.tenant_hosts:
            words[Text.HOST_TENANT] = self._of(*TENANTS)
        request = Request(
            words=words,
            sets=sets,
            now=now,
            proven=proven,
            address=ip_address(self._of(*ADDRESSES)),
        )
        method = self._of(*sorted(route.actions))
        return Asked(
            route=route, host=host, method=method, kind=kind, delegated=delegated, request=request
        )

    def _membership(self, words: dict[Word, str], sets: dict[Several, frozenset[str]]) -> None:
        if self._coin(0.7):
            words[Text.TENANT] = self._of(*TENANTS)
            named = (*ROLES, *(f"@{group}" for group in GROUPS), "stranger")
            sets[Several.ROLES] = frozenset(self._any.sample(named, k=self._any.randrange(4)))
        if self._coin():
            sets[Several.SCOPES] = frozenset(self._any.sample(SCOPES, k=self._any.randrange(4)))
