"""Ways around the policies by who somebody seems to be: hosts, tenants, roles, claims, upgrades."""

from typing import Final

import pytest
from tests.access.live.guarded import (
    API,
    NORA,
    NORTH,
    Guarded,
    Person,
    request,
)
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

pytestmark = pytest.mark.e2e


HOSTS: Final = (
    "south.app.localhost",
    "north-2.app.localhost",
    "northern.app.localhost",
    "nort.app.localhost",
    "NORTH.app.localhost",
    "north.APP.localhost",
    "north.app.localhost.",
    "north..app.localhost",
    ".app.localhost",
    "south.north.app.localhost",
    "north.south.app.localhost",
    "north%2eapp.localhost",
    "north.app.localhost:1",
    "north.app.localhost@south.app.localhost",
    "n%6frth.app.localhost",
)


@pytest.mark.parametrize("host", HOSTS)
def test_a_tenants_host_is_for_its_own(edge: Guarded, host: str) -> None:
    _, seen = edge.send(request("/own/~", host=host), host=NORTH)
    edge.check(seen)
    assert {one.host.lower().partition(":")[0] for one in seen} <= {NORTH}


@pytest.mark.parametrize("tenant", ["north", "north-2", "northern", "nort", "n"])
def test_tenants_that_are_nearly_the_same(edge: Guarded, tenant: str) -> None:
    who = Person(tenant=tenant)
    for other in ("north", "north-2", "northern", "nort", "n"):
        found, seen = edge.send(request(f"/v1/{other}/list?~"), who=who)
        assert (found.statuses, len(seen)) == ((200,), 1) if other == tenant else ((403,), 0)
        edge.check(seen, who)
        host = f"{other}.app.localhost"
        found, seen = edge.send(request("/own/~", host=host), who=who, host=host)
        assert (found.statuses, len(seen)) == ((200,), 1) if other == tenant else ((401,), 0)


ROLES: Final = (
    ("super.support",),
    ("support:lead",),
    ("super.support", "support:lead", "customer"),
    ("superxsupport",),
    ("supporter",),
    ("customers",),
    ("xcustomer", "customer.x"),
    ("support.lead",),
    ("supportxlead",),
    ("support:lead", "support.lead"),
    ("@support", "@customer"),
    ("support",),
    ("customer", "support"),
    (),
)


@pytest.mark.parametrize("roles", ROLES)
def test_roles_that_contain_each_other(edge: Guarded, roles: tuple[str, ...]) -> None:
    who = Person(roles=roles)
    for path in ("/v1/south/list", "/v1/north/list", "/admin/x"):
        for method in ("GET", "PUT"):
            found, seen = edge.send(request(f"{path}?~", method=method), who=who)
            allowed = edge.decide(who, method, API, path).allowed
            assert (found.statuses, len(seen)) == (((200,), 1) if allowed else ((403,), 0))


HUGE: Final = {
    "roles": Person(roles=(*(f"{n:02}{'r' * 62}" for n in range(31)), "customer")),
    "roles, its own first": Person(roles=("customer", *(f"{n:02}{'r' * 62}" for n in range(31)))),
    "roles, none of them": Person(roles=tuple(f"{n:02}{'r' * 62}" for n in range(32))),
    "mail": Person(email=f"{'m' * 240}@north.example"),
    "mail of another": Person(email=f"{'@north.example' * 17}.evil.example"),
    "scopes": Person(
        name="program", client=True, scopes=(*(f"scope:{n:03}" for n in range(199)), "orders:read")
    ),
    "scopes, none of them": Person(
        name="program", client=True, scopes=tuple(f"orders:read{n:03}" for n in range(200))
    ),
    "scopes that contain it": Person(
        name="program", client=True, scopes=("xorders:read", "orders:readx", "orders:read:x")
    ),
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_claims_change_no_answer(edge: Guarded, name: str) -> None:
    who = HUGE[name]
    for path in ("/v1/north/list", "/v1/south/list", "/mail"):
        found, seen = edge.send(request(f"{path}?~"), who=who)
        allowed = edge.decide(who, "GET", API, path).allowed
        assert (found.statuses, len(seen)) == (((200,), 1) if allowed else ((403,), 0)), path
        if path != "/mail":
            assert all(one.values("x-ringwall-user") == [who.name] for one in seen)


# -- upgrades --------------------------------------------------------------------------------


UPGRADE: Final = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
)


@pytest.mark.parametrize("path", ["/chat/north", "/chat/south", "/v1/south/list", "/admin/x"])
@pytest.mark.parametrize("kind", ["websocket", "WebSocket", "h2c", "websocket, h2c"])
def test_upgrades_are_asked_about_too(edge: Guarded, path: str, kind: str) -> None:
    lines = [line.replace("websocket", kind) if "Upgrade:" in line else line for line in UPGRADE]
    _, seen = edge.send(request(f"{path}?~", *lines))
    edge.check(seen)
    if path != "/chat/north":
        assert not seen
    elif "h2c" not in kind:
        assert [one.method for one in seen] == ["GET"]


def test_a_websocket_is_denied_before_it_opens(edge: Guarded) -> None:
    url = f"wss://{API}:{edge.stage.port}/chat/south"
    told = [edge.credential(NORA, API)]
    here = ("127.0.0.1", edge.stage.port)
    with pytest.raises(InvalidStatus) as denied:
        connect(url, ssl=edge.stage.trust(), additional_headers=told, address=here)
    assert denied.value.response.status_code == 403
