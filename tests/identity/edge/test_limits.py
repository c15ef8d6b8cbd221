"""Limits of whoever asks: the edge counts as ``limits explain`` says, request for request."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Final

import pytest
from tests.gateway.live.stage import Json
from tests.identity.edge.scene import APP, ID, IdentityStage, ask, identity_stage
from tests.identity.edge.test_alarm import stand

from ringwall.gateway.availability.config import Availability, Exempt
from ringwall.gateway.availability.limiting import LIMITS, Limit, Rate
from ringwall.gateway.availability.meeting import Arriving, Met, met
from ringwall.gateway.config import RoutePurpose
from ringwall.gateway.posture import Order
from ringwall.identity.kinds import Purpose

pytestmark = pytest.mark.e2e

GIVEN: Final[Json] = {
    **dict.fromkeys(LIMITS),
    "address": {"by": "address", "rate": "1/d", "burst": 40},
    "network": {"by": "network", "rate": "2/d", "burst": 70},
    "user": {"by": "user", "rate": "3/d", "burst": 16},
    "session": {"by": "session", "rate": "4/d", "burst": 10},
    "program": {"by": "program", "rate": "5/d", "burst": 12},
    "tenant": {"by": "tenant", "rate": "6/d", "burst": 30},
    "search": {"by": "asker", "rate": "7/d", "burst": 5, "purpose": "search"},
    "repeated": {"by": ["user", "request"], "rate": "8/d", "burst": 4},
    "together": {"by": "all", "rate": "9/d", "burst": 9, "routes": ["few"]},
    "here": {"by": ["tenant", "route"], "rate": "10/d", "burst": 14},
    "alarmed": {
        "by": ["asker", "request"],
        "rate": "12/d",
        "burst": 3,
        "when": "alarm",
        "routes": ["plain"],
    },
    "sign-in": {"by": "address", "rate": "11/d", "burst": 3, "purpose": "sign-in"},
}
"""Rates so slow that nothing comes back, and each its own: the slowest is taken from first."""
EXEMPT: Final[Json] = {"networks": ["203.0.113.0/24"], "programs": ["probe"], "roles": ["staff"]}
DEAR: Final = 4


def _route(name: str, **more: Any) -> Json:
    given = {"hosts": [APP], "service": "recorder", "sign_in": "optional", "path": f"/{name}/**"}
    return {"name": name, **given, **more}


ROUTES: Final = [
    _route("plain"),
    _route("few"),
    _route("found", purpose="search"),
    _route("open", purpose="search", sign_in="none"),
    _route("dear", cost=DEAR),
]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, _django: Path) -> Iterator[IdentityStage]:
    """Behind a proxy that says whose request it is."""
    edge = {"hosts": {APP: {}, ID: {}}, "workers": 2, "trusted_hops": 1}
    availability = {"limits": GIVEN, "exempt": EXEMPT}
    identity = {"host": ID, "token_lifetime": "300s"}
    folder = tmp_path_factory.mktemp("limits")
    with identity_stage(
        folder, _django, edge=edge, routes=ROUTES, availability=availability, identity=identity
    ) as running:
        yield running


@dataclass(frozen=True)
class Who:
    """Somebody, and what is known of them."""

    user: str | None = None
    session: str | None = None
    program: str | None = None
    tenant: str | None = None
    roles: tuple[str, ...] = ()

    def bearer(self, scene: IdentityStage) -> str | None:
        """An access token of theirs."""
        if self.user is None and self.program is None:
            return None
        told: Json = {"sub": self.user or self.program, "sid": self.session or "none"}
        told |= {"tenant": self.tenant, "roles": self.roles, "client": self.program}
        told |= {} if self.user is not None else {"acr": None, "auth_time": None}
        return scene.issue(Purpose.ACCESS, scene.proven(**told))


ADA: Final = Who("ada", "first", tenant="north")
EVERYONE: Final = (
    Who(),
    ADA,
    Who("ada", "second", tenant="north"),
    Who("bo", "third", tenant="north"),
    Who("cy", "fourth", tenant="south", roles=("buyer", "staff")),
    Who("di", "fifth", program="app", tenant="south", roles=("staffing",)),
    Who(program="robot", tenant="south"),
    Who(program="probe", tenant="south"),
)
ADDRESSES: Final = (
    "192.0.2.1",
    "192.0.2.2",
    "198.51.100.7",
    "2001:db8:1:1::5",
    "2001:db8:1:1:a::6",
    "2001:db8:1:2::7",
    "203.0.113.9",
)


@dataclass
class Model:
    """Buckets that never fill again."""

    availability: Availability
    left: dict[tuple[object, ...], int] = field(default_factory=dict)

    def passes(self, request: Arriving) -> bool:
        """Take from the slowest bucket first until one is empty.

        Those of addresses come before those of people, and of the former those of some routes.
        """
        limits, exempt = self.availability.in_force(), self.availability.exempt
        found = sorted(
            met(limits, exempt, request),
            key=lambda one: (
                one.limit.asks_who,
                not one.limit.asks_who and one.limit.is_everywhere,
                Rate.of(one.limit.rate).per_second,
            ),
        )
        return all(self._take(one) for one in found)

    def _take(self, one: Met) -> bool:
        key = (one.name, *one.whose)
        left = self.left.setdefault(key, one.limit.burst)
        self.left[key] = max(0, left - 1)
        return left > 0


def availability() -> Availability:
    return Availability(
        limits={name: one and Limit(**one) for name, one in GIVEN.items()},
        exempt=Exempt(**EXEMPT),
    )


def test_the_edge_counts_as_it_is_explained(scene: IdentityStage) -> None:
    """Four hundred requests of anybody to anything, each 200 or 429 as a model of buckets says."""
    model, chosen = Model(availability()), random.Random(5)
    bearers = {who: who.bearer(scene) for who in EVERYONE}
    told: Counter[bool] = Counter()
    with scene.stage.client() as client:
        for number in range(400):
            who, address = chosen.choice(EVERYONE), chosen.choice(ADDRESSES)
            route = chosen.choice(ROUTES[:4])
            method = chosen.choice(["GET", "GET", "HEAD"])
            path = f"/{route['name']}/{chosen.choice('abc')}"
            is_asked = route["sign_in"] != "none"
            request = Arriving(
                address=ip_address(address),
                method=method,
                path=path,
                route=route["name"],
                purpose=RoutePurpose(route["purpose"]) if "purpose" in route else None,
                **(_known(who) if is_asked else {}),
            )
            expected = model.passes(request)
            told[expected] += 1
            answer = ask(
                client,
                scene.url(path),
                method=method,
                bearer=bearers[who],
                headers={"x-forwarded-for": address},
            )
            assert answer.status_code == (200 if expected else 429), (number, who, address, path)
    assert min(told.values()) > 80, told


def _known(who: Who) -> Json:
    return {
        "user": who.user,
        "session": who.session,
        "program": who.program,
        "tenant": who.tenant,
        "roles": who.roles,
    }


def test_a_dear_route_takes_as_much_as_it_costs(scene: IdentityStage) -> None:
    one = Who("dear", "dear", tenant="dear-tenant")
    headers = {"x-forwarded-for": "100.64.1.1"}
    bearer = one.bearer(scene)
    with scene.stage.client() as client:

        def status(path: str) -> int:
            found = ask(client, scene.url(path), bearer=bearer, headers=headers)
            return found.status_code

        assert [status(f"/dear/{n}") for n in range(2)] == [200, 200]
        assert status("/dear/2") == 429, "a session has ten tokens, of which two are left"
        assert [status(f"/plain/{n}") for n in range(3)][1:] == [429, 429]


def test_some_limits_hold_only_while_an_attack_is_under_way(scene: IdentityStage) -> None:
    headers = {"x-forwarded-for": "100.64.3.1"}

    def statuses(who: Who, path: str, several: int) -> list[int]:
        bearer = who.bearer(scene)
        with scene.stage.client() as client:
            return [
                ask(
                    client, scene.url(path), method=method, bearer=bearer, headers=headers
                ).status_code
                for method in ("GET", "HEAD", "GET", "HEAD")[:several]
            ]

    one, other = (Who(name, name, tenant="alarmed") for name in ("ida", "ivo"))
    assert statuses(one, "/plain/same", 4) == [200] * 4
    stand(scene, Order.ON)
    try:
        assert statuses(other, "/plain/same", 4) == [200] * 3 + [429]
        assert statuses(other, "/plain/another", 1) == [200]
        for another in (Who(), Who(program="alarmed-robot", tenant="alarmed")):
            assert statuses(another, "/plain/same", 4) == [200] * 3 + [429], another
            assert statuses(another, "/plain/another", 1) == [200], another
    finally:
        stand(scene, Order.OFF)


def test_posts_to_the_pages_of_sign_in_are_counted(scene: IdentityStage) -> None:
    headers = {"x-forwarded-for": "100.64.2.1"}
    with scene.stage.client(http2=True) as client:
        url = scene.url("/accounts/login/", host=ID)
        posted = [
            ask(client, url, method=method, headers=headers).status_code
            for method in ("POST", "PUT", "POST", "POST", "PATCH")
        ]
        assert 429 not in posted[:3]
        assert posted[3:] == [429, 429]
        assert ask(client, url, headers=headers).status_code == 200, "a look at the page is free"


def test_neither_an_alarm_nor_a_made_up_cookie_gives_more_tries_to_sign_in(
    scene: IdentityStage,
) -> None:
    told, shown = {"x-forwarded-for": "100.64.4.1"}, {"cookie": "__Host-ringwall=made-up"}
    url = scene.url("/accounts/login/", host=ID)
    with scene.stage.client(http2=True) as client:

        def posted(*several: Json) -> list[int]:
            return [
                ask(client, url, method="POST", headers={**told, **one}).status_code
                for one in several
            ]

        assert 429 not in posted({}, shown)
        stand(scene, Order.ON)
        try:
            assert 429 not in posted({})
            assert posted({}, shown, {}, shown) == [429] * 4
        finally:
            stand(scene, Order.OFF)
        assert posted({}) == [429]


def test_an_office_behind_one_address_works_with_the_built_in_limits() -> None:
    """Two hundred people who open an application of forty requests within a minute and a half."""
    office = ip_network("192.0.2.0/24")[7]
    found = list(met(LIMITS, Exempt(), Arriving(address=office, user="ada", tenant="north")))
    needed, seconds = 200 * 40, 90
    for one in found:
        whose = {str(by) for by, _ in one.whose}
        if whose <= {"address", "network"}:
            assert one.limit.burst + Rate.of(one.limit.rate).per_second * seconds >= needed
        if whose == {"tenant"}:
            assert one.limit.burst + Rate.of(one.limit.rate).per_second * seconds >= needed
    assert {one.name for one in found} == {"address", "network", "user", "tenant"}
