"""Requests at the real shop, judged again: the replay says what the edge then does.

All that the edge has recorded of people, keys, programs and applications is judged again by the
policies of then, which must say what was recorded.
"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from tests.access.live.shop_scene import API, Principal, ShopScene, shop_scene
from tests.gateway.live.asking import reload

from ringwall.runtime.refusals import ExitCode

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

ORDER: Final = "ord-0000000000000000"
WAYS: Final = tuple(
    (method, host, path.replace("TENANT", tenant).replace("ORDER", ORDER))
    for tenant in ("north", "south")
    for method, host, path in (
        ("GET", API, "/v1/TENANT/orders"),
        ("HEAD", API, "/v1/TENANT/orders"),
        ("GET", API, "/v1/TENANT/orders/ORDER"),
        ("POST", API, "/v1/TENANT/orders/ORDER/cancel"),
        ("POST", API, "/v1/TENANT/orders/ORDER/refund"),
        ("GET", "TENANT.shop.localhost", "/desk"),
        ("GET", "TENANT.shop.localhost", "/"),
        ("DELETE", API, "/v1/TENANT/orders"),
    )
    for host in [host.replace("TENANT", tenant)]
)
CHANGES: Final = (
    ("principal.proven_ago <= 3600", "principal.proven_ago <= 900"),
    ('principal is User in Role::"billing-manager"', 'principal is User in Role::"support"'),
    ('principal.scopes.contains("orders:read") }', 'principal.scopes.contains("orders:list") }'),
)

Outcome = tuple[str, str, str, str]
"""Who asked for what: the name, method, host and path."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, _django: Path) -> Iterator[ShopScene]:
    """The whole shop, running."""
    with shop_scene(tmp_path_factory.mktemp("shop"), _django) as running:
        yield running


@pytest.fixture(scope="module")
def people(shop: ShopScene) -> list[Principal]:
    """Whom policies tell apart."""
    customer = shop.person("a customer of north", "north", "customer")
    support = shop.person("support", "shop", "support", ago=1800)
    return [
        Principal(name="nobody"),
        customer,
        support,
        shop.person("support just now", "shop", "support"),
        shop.person("support of this morning", "shop", "support", ago=7200),
        shop.person("a billing manager of south", "south", "billing-manager", acr="single"),
        shop.key(customer, "a key that reads", "orders:read"),
        shop.program("a program that reads", "north", "orders:read"),
        shop.application(customer, "an application", "orders:read", "orders:write"),
    ]


def walk(shop: ShopScene, people: list[Principal]) -> dict[str, tuple[Outcome, bool]]:
    """By the request's id who asked for what, and whether the edge let it through."""
    found: dict[str, Outcome] = {}
    for who in map(shop.fresh, people):
        with shop.stage.client() as client:
            for method, host, path in WAYS:
                url = f"https://{host}:{shop.stage.port}{path}"
                answer = client.request(method, url, headers=who.shown.get(host, {}))
                found[answer.headers["x-request-id"]] = (who.name, method, host, path)
    recorded = shop.recorded(set(found))
    return {
        id_: (outcome, recorded[id_]["details"] == "via_upstream") for id_, outcome in found.items()
    }


def replayed(shop: ShopScene, folder: Path, *more: str) -> dict[str, Any]:
    told = shop.stage.command("access", "replay", "--policies", str(folder), "--json", *more)
    assert told.returncode in {ExitCode.OK, ExitCode.DIFFERENT}, told.stderr
    found: dict[str, Any] = json.loads(told.stdout)
    assert (told.returncode == ExitCode.DIFFERENT) == bool(found["changes"])
    return found


def test_what_is_proposed_lets_in_all_that_was_used(
    shop: ShopScene, people: list[Principal], tmp_path: Path
) -> None:
    """Runs first: by the shop's own policies."""
    walk(shop, people)
    drafts = tmp_path / "least"
    told = shop.stage.command("access", "review", "--propose", str(drafts), "--json")
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert found["not_asked"] is None
    assert not found["is_covered"]
    assert found["unjudged"] == found["proposed"]["denied"] == 0
    assert found["proposed"]["unjudged"] == 0
    assert found["proposed"]["kinds_of_requests"] > 10
    unused = {(one["name"], one["unused"]) for one in found["unused_scopes"]}
    # An application may not cancel, and what tokens tell by a scope is no matter of policies.
    assert {scope for name, scope in unused if name == "an application"} == {"orders:write"}
    assert "customers-order-and-cancel" not in found["unused_permits"]
    assert {"route": "stock", "action": "GET"} in found["unused_actions"]
    roles = {one["role"]: one for one in found["roles"]}
    assert roles["support"]["holders"] > 0
    judged = replayed(shop, drafts)
    assert judged["changes"] == judged["cannot_be_judged"] == []


def test_a_replay_says_what_the_edge_then_does(
    shop: ShopScene, people: list[Principal], tmp_path: Path
) -> None:
    since = ("--since", datetime.now(UTC).isoformat())
    before = walk(shop, people)
    policies = shop.stage.folder / "policies"
    same = replayed(shop, policies, *since)
    assert same["changes"] == []
    assert same["cannot_be_judged"] == []
    assert same["unsure"] == same["by_tables"] == same["unreadable"] == 0
    assert same["not_asked"] is None
    assert same["same"] > 60

    drafts = tmp_path / "drafts"
    drafts.mkdir()
    for file in policies.glob("*.cedar"):
        text = file.read_text()
        for old, new in CHANGES:
            text = text.replace(old, new)
        (drafts / file.name).write_text(text)
    found = replayed(shop, drafts, *since)
    assert found["cannot_be_judged"] == []

    for file in drafts.glob("*.cedar"):
        (policies / file.name).write_text(file.read_text())
    reload(shop.stage)
    after = dict(walk(shop, people).values())
    changed = [
        (outcome, after[outcome])
        for outcome, allowed in before.values()
        if allowed != after[outcome]
    ]
    told: Counter[bool] = Counter()
    for one in found["changes"]:
        told[one["granted"]] += one["requests"]
        for example in one["examples"]:
            outcome, allowed = before[example["request_id"]]
            assert (allowed, after[outcome]) == (not one["granted"], one["granted"]), outcome
    assert told == Counter(granted for _, granted in changed)
    assert min(told[True], told[False]) > 0
    # What was done since is judged by what was in force by then.
    again = replayed(shop, drafts, *since)
    assert again["cannot_be_judged"] == []
    assert again["requests"] >= 2 * len(before)
    assert sorted(one["requests"] for one in again["changes"]) == sorted(
        one["requests"] for one in found["changes"]
    )
