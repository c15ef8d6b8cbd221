"""Everybody times every route times every method, at the real shop: the edge says what Cedar says.

Nothing reaches a service that Cedar was not asked about, and nothing else than that.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import httpx
import pytest
from tests.access.live.shop_scene import API, HOUR_S, TENANTS, Principal, ShopScene, shop_scene
from tests.gateway.live.stage import Json

from ringwall.access.compiler.facts import Parameter, Several, Text, Word
from ringwall.access.compiler.requests import Request
from ringwall.access.compiler.rules import DEFAULT, Compiler, Decision
from ringwall.access.engine import Engine, Question
from ringwall.access.language.syntax import Effect
from ringwall.access.model import Asks, Kind, RouteEntity

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WILD: Final = "*.shop.localhost"
BETWEEN_SERVICES: Final = "services-call-what-they-declare"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, _django: Path) -> Iterator[ShopScene]:
    """The whole shop, running."""
    with shop_scene(tmp_path_factory.mktemp("shop"), _django) as running:
        yield running


@dataclass(frozen=True)
class Target:
    """Where a request goes: a host, a path, and the route that is to take it, if any."""

    host: str
    path: str
    route: str | None
    tenant: str | None = None

    @property
    def pattern(self) -> str:
        """The host as the configuration names it."""
        return self.host if self.host in {API, "shop.localhost"} else WILD


@dataclass(frozen=True)
class Expected:
    """What is to come of a request, by which of the policies that Cedar names.

    ``status`` is ``None`` where the service answers.
    """

    status: int | None
    policies: frozenset[str] = frozenset()
    proof: bool = False


def targets() -> Iterator[Target]:
    """Every route at every host it has, for both tenants; and where there is none."""
    yield Target("shop.localhost", "/", "pages")
    yield Target(API, "/nothing", None)
    for tenant in TENANTS:
        host = f"{tenant}.shop.localhost"
        yield Target(host, "/", "pages", tenant)
        yield Target(host, "/desk", "desk", tenant)
        orders = f"/v1/{tenant}/orders"
        yield Target(API, orders, "orders", tenant)
        yield Target(API, f"/v1/{tenant}/stock", "stock", tenant)
        yield Target(API, f"{orders}/ord-0000000000000000", "order", tenant)
        yield Target(API, f"{orders}/ord-0000000000000000/cancel", "order-cancel", tenant)
        yield Target(API, f"{orders}/ord-0000000000000000/refund", "order-refund", tenant)
        for named in TENANTS:
            yield Target(host, f"/v1/{named}/orders/events", "order-events", named)
            yield Target(host, f"/v1/{named}/stock", "stock", named)


def everybody(shop: ShopScene) -> Iterator[Principal]:
    """Whom policies tell apart, and those who only look like it.

    Each is made as they are asked for: access tokens hold for five minutes.
    """
    yield Principal(name="nobody")
    yield (customer := shop.person("a customer of north", "north", "customer"))
    yield (
        manager := shop.person(
            "a billing manager of south", "south", "billing-manager", acr="single"
        )
    )
    yield (support := shop.person("support", "shop", "support"))
    garbage = {host: {"authorization": "Bearer a.b.c"} for host in support.shown}
    yield Principal(name="nobody with a made up token", shown=garbage)
    yield shop.person("a customer of north by password", "north", "customer", acr="single")
    yield shop.person("a customer of south", "south", "customer", acr="phr", ago=2 * HOUR_S)
    yield shop.token(support, "support by password", acr="single")
    yield shop.person("support by passkey", "shop", "support", acr="phr", ago=HOUR_S - 600)
    yield shop.person("support of this morning", "shop", "support", ago=2 * HOUR_S)
    yield shop.person("a member without roles", "north")
    yield shop.person("a would-be support of south", "south", given=("support", "owner"))
    yield shop.program("a program that reads", "north", "orders:read")
    yield shop.program("a program that writes", "south", "orders:write")
    yield shop.program("a program of the company", None, "orders:read", "orders:write")
    yield shop.program("a program for something else", "north", "orders:reader", "ledger")
    yield shop.key(customer, "a key")
    yield shop.key(customer, "a key that reads", "orders:read")
    yield shop.key(manager, "a key that writes", "orders:write")
    yield shop.key(support, "a key of support")
    yield shop.application(customer, "an application", "orders:read", "orders:write")
    yield shop.application(support, "an application of support", "orders:read")
    yield shop.application(customer, "an application that may nothing")


class Oracle:
    """What is to come of a request, by Cedar's own engine and the routes of the configuration."""

    def __init__(self, shop: ShopScene) -> None:
        self._shop, self._compiler = shop, Compiler((), shop.world)
        self._engine, self._permits = shop.engine(), shop.engine(only=Effect.PERMIT)

    def expect(self, who: Principal, target: Target, method: str, now: int) -> Expected:
        if target.route is None:
            return Expected(HTTPStatus.NOT_FOUND)
        route = self._shop.world.routes[target.route]
        if method not in route.actions:
            return Expected(HTTPStatus.METHOD_NOT_ALLOWED)
        if route.asks is Asks.ANYBODY:
            who = Principal(name="nobody")
        elif target.host not in who.at:
            return Expected(HTTPStatus.UNAUTHORIZED)

        def decide(one: Principal, engine: Engine = self._engine) -> Decision:
            return self._decide(one, route, target, method, now, engine)

        found = decide(who)
        if found.allowed:
            return Expected(None, frozenset(found.policies))
        policies = frozenset(found.policies)
        if not decide(who, self._permits).allowed:
            policies |= {DEFAULT}  # nothing permits it, whatever else forbids it
        if self._proof_helps(who, decide, now):
            return Expected(HTTPStatus.UNAUTHORIZED, policies, proof=True)
        return Expected(HTTPStatus.FORBIDDEN, policies)

    @staticmethod
    def _proof_helps(who: Principal, decide: Callable[[Principal], Decision], now: int) -> bool:
        """Whether a person is there who would be allowed with two factors, or only by a passkey."""
        if who.strength is None:
            return False
        return decide(replace(who, strength="phr", proven=now)).allowed

    def _decide(
        self,
        who: Principal,
        route: RouteEntity,
        target: Target,
        method: str,
        now: int,
        engine: Engine,
    ) -> Decision:
        place = self._compiler.place(route, target.pattern, method)
        request = _request(who, route, target, now)
        asked = Question(kind=who.kind, place=place, request=request)
        found = engine.decide(asked)
        if not who.delegated or not found.allowed:
            return found
        other = engine.decide(replace(asked, kind=Kind.CLIENT, delegated=True))
        if not other.allowed:
            return other
        return Decision(allowed=True, policies=(*found.policies, *other.policies))


def _request(who: Principal, route: RouteEntity, target: Target, now: int) -> Request:
    told: dict[Word, str | None] = {
        Text.USER: who.user,
        Text.CLIENT: who.client,
        Text.TENANT: who.tenant,
        Text.EMAIL: who.email,
        Text.STRENGTH: who.strength,
        Text.HOST_TENANT: target.host.partition(".")[0] if target.pattern == WILD else None,
    }
    words = {word: value for word, value in told.items() if value is not None}
    words |= dict(zip(map(Parameter, route.parameters), _parts(route, target.path), strict=True))
    sets = {Several.ROLES: who.roles}
    if who.scopes is not None:
        sets[Several.SCOPES] = who.scopes
    address = ip_address("127.0.0.1")
    return Request(words=words, sets=sets, now=now, proven=who.proven, address=address)


def _parts(route: RouteEntity, path: str) -> list[str]:
    pairs = zip(route.path.split("/"), path.split("/"), strict=False)
    return [part for name, part in pairs if name.startswith("{")]


@dataclass(frozen=True)
class Asked:
    """One request that was made, with its answer and what was to be expected."""

    who: Principal
    target: Target
    method: str
    expected: Expected
    status: int
    headers: httpx.Headers
    body: str

    @property
    def id(self) -> str:
        found: str = self.headers["x-request-id"]
        return found

    def __str__(self) -> str:
        where = f"{self.method} https://{self.target.host}{self.target.path}"
        return f"{self.who.name}: {where}: {self.status} {self.body[:200]}, not {self.expected}"


def walk(shop: ShopScene, people: Iterable[Principal]) -> Iterator[Asked]:
    """Ask everything."""
    oracle = Oracle(shop)
    for number, who in enumerate(people):
        with shop.stage.client(http2=number % 2 == 1) as client:
            for target in targets():
                shown = who.shown.get(target.host, {})
                url = f"https://{target.host}:{shop.stage.port}{target.path}"
                for method in METHODS:
                    expected = oracle.expect(who, target, method, int(time.time()))
                    with client.stream(method, url, headers=shown) as answer:
                        flows = answer.headers.get("content-type", "").startswith("text/event-str")
                        body = "" if flows else answer.read().decode()
                    status, headers = answer.status_code, answer.headers
                    yield Asked(who, target, method, expected, status, headers, body)


def test_the_edge_says_what_cedar_says(shop: ShopScene) -> None:
    asked = list(walk(shop, everybody(shop)))
    received, recorded = shop.received(), shop.recorded({one.id for one in asked})
    wrong = [
        f"{one}: {complaint}"
        for one in asked
        for complaint in complaints(one, received.get(one.id, []), recorded[one.id], shop)
    ]
    assert not wrong, "\n".join(wrong[:40])
    # No walk that meets only one kind of answer proves anything.
    found = Counter(one.expected.status for one in asked)
    assert set(found) == {None, 401, 403, 404, 405}
    assert any(one.expected.proof for one in asked)
    decided = {name for one in asked for name in one.expected.policies}
    assert decided == {DEFAULT, *set(shop.policies.by_id) - {BETWEEN_SERVICES}}


def complaints(one: Asked, received: list[Json], record: Json, shop: ShopScene) -> Iterator[str]:
    """What is wrong with an answer, with what the service received and with the record."""
    expected = one.expected
    if expected.status is None:
        assert one.target.route is not None
        service = shop.world.routes[one.target.route].service
        received = [sent for sent in received if sent["service"] == service]
        if len(received) != 1:
            yield "the service did not receive it once"
        for sent in received:
            yield from _not_as_asked(one, sent)
    elif received:
        yield "the service received it"
    elif one.status != expected.status:
        yield "another status"
    yield from _answered_wrongly(one)
    yield from _recorded_wrongly(one, record, shop)


def _not_as_asked(one: Asked, sent: Json) -> Iterator[str]:
    """The difference between what Cedar was asked and what the service received."""
    is_open = one.expected.policies <= {"pages-are-open", "stock-is-open"}
    who = Principal(name="nobody") if is_open else one.who
    roles = None if not who.roles else frozenset(who.roles)
    wanted = {
        "x-ringwall-user": who.user,
        "x-ringwall-tenant": who.tenant,
        "x-ringwall-client": who.client,
        "x-ringwall-strength": who.strength,
    }
    if (sent["method"], sent["target"]) != (one.method, one.target.path):
        yield f"received {sent['method']} {sent['target']}"
    for name, value in wanted.items():
        told = [v for n, v in sent["headers"] if n == name]
        if told != ([] if value is None else [value]):
            yield f"{name} is {told}"
    told = [v for n, v in sent["headers"] if n == "x-ringwall-roles"]
    if [frozenset(v.split(",")) for v in told] != ([] if roles is None else [roles]):
        yield f"roles are {told}"


def _answered_wrongly(one: Asked) -> Iterator[str]:
    expected, told = one.expected, one.headers.get("www-authenticate", "")
    if expected.status == 401 and expected.proof != ("insufficient_user_auth" in told):
        yield f"asks for {told!r}"
    if expected.status == 403 and one.method != "HEAD":
        wanted = f'"reference":"{one.id}"'
        if one.headers["content-type"] != "application/problem+json" or wanted not in one.body:
            yield "is no problem with its reference"
        if any(name in one.body for name in expected.policies):
            yield "tells the policy"


def _recorded_wrongly(one: Asked, record: Json, shop: ShopScene) -> Iterator[str]:
    expected = one.expected
    if record["status"] != one.status:
        yield f"recorded as {record['status']}"
    if expected.status in {404, 405}:
        return
    assert one.target.route is not None
    action = shop.world.routes[one.target.route].actions[one.method]
    # Only names of their own are told: where there is none, the method is the action.
    named = None if action == one.method else action
    if (record["route"], record["action"]) != (one.target.route, named):
        yield f"recorded as {record['action']} of {record['route']}"
    if not record["policies"] or not shop.policies.hash.startswith(record["policies"]):
        yield f"recorded as by policies {record['policies']}"
    if expected.status == 401:
        if (record["policy"] == "proof") != expected.proof:
            yield f"recorded as by {record['policy']}"
        return
    names = (record["policy"] or "").removeprefix("access:").split()
    # Where several of them permit or forbid it, one is told for each principal.
    if not names or not expected.policies.issuperset(names):
        yield f"recorded as by {record['policy']}"


def test_browsers_are_sent_where_they_can_prove_what_is_missing(shop: ShopScene) -> None:
    support = shop.person("support of yesterday", "shop", "support", ago=24 * HOUR_S)
    url = f"https://{API}:{shop.stage.port}/v1/south/orders"
    browser = {"sec-fetch-mode": "navigate"}
    for shown, asked in ((support.shown[API], "factor=mfa&within=3600&to="), ({}, "&to=")):
        answer = shop.stage.get(url, headers={**browser, **shown})
        assert answer.status_code == 302
        assert f"{asked}{url}" in answer.headers["location"]
    # Where no proof would help, nobody is sent to one.
    answer = shop.stage.get(f"{url}/ord-1/cancel", headers={**browser, **support.shown[API]})
    assert answer.status_code == 405
    with shop.stage.client() as client:
        answer = client.post(f"{url}/ord-1/cancel", headers={**browser, **support.shown[API]})
    assert answer.status_code == 403


def test_the_storefront_calls_orders_and_never_billing(shop: ShopScene) -> None:
    out = shop.stage.folder / "run" / "storefront-out.sock"
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(out))) as storefront:
        assert storefront.get("http://orders/v1/north/stock").status_code == 200
        answer = storefront.get("http://billing/v1/north/invoices")
    assert answer.status_code == 403
    received = [one for several in shop.received().values() for one in several]
    assert any(one["target"] == "/v1/north/stock" for one in received)
    assert not any("invoices" in one["target"] for one in received)
    world, compiler = shop.world, Compiler(shop.policies.policies, shop.world)
    for called, allowed in (("orders", True), ("billing", False)):
        ruling = compiler.service(world.services["storefront"], world.services[called], "GET")
        assert ruling.decide(Request()).allowed == allowed
