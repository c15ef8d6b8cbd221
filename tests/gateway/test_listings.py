"""What the inventory is told of the edge as it is declared, and of what the edge sees."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.lake.logs import LogScene, append, edge_line

from ringwall.core.observations import State
from ringwall.gateway import aspects, listings
from ringwall.gateway.traffic import Traffic, host_of, is_declared, seen_apart, seen_in
from ringwall.gateway.wanted import Wanted
from ringwall.inventory.listing import CATEGORIES, Listing
from ringwall.lake.service import Log
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import Installation, find

NOW = datetime(2026, 11, 27, 6, tzinfo=UTC)
SHOP = """\
version: 1
edge:
  hosts:
    shop.example.com: {}
services:
  orders: {addresses: ["127.0.0.1:7401"], owner: us, calls: [billing], exposure: internet}
  billing: {addresses: ["10.0.0.7:7402"], owner: us, classification: restricted}
  old: {addresses: ["127.0.0.1:7403"], owner: us}
routes:
  - {name: orders, hosts: [shop.example.com], path: /orders/**, service: orders}
  - {name: old, hosts: [shop.example.com], path: /old, service: old}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Installation:
    (tmp_path / "ringwall.yaml").write_text(SHOP)
    return find(all_sections, config=tmp_path / "ringwall.yaml")


def told(shop: Installation, traffic: Traffic | str) -> Listing:
    wanted = Wanted.of(shop.load())
    return listings.of_configuration(wanted, aspects.aspects(shop), traffic, NOW)


def test_the_way_from_the_internet_to_a_service_is_told_hop_by_hop(shop: Installation) -> None:
    relations = [str(f"{one.source} {one.kind} {one.target}") for one in told(shop, "").relations]
    assert relations == [
        "ringwall-network/internet calls ringwall-edge/edge",
        "ringwall-edge/edge exposes ringwall-host/shop.example.com",
        "ringwall-host/shop.example.com exposes ringwall-route/orders",
        "ringwall-route/orders exposes ringwall-service/orders",
        "ringwall-host/shop.example.com exposes ringwall-route/old",
        "ringwall-route/old exposes ringwall-service/old",
        "ringwall-service/orders calls ringwall-service/billing",
    ]


def test_a_service_says_only_the_categories_that_are_written(shop: Installation) -> None:
    by_id = {one.found.id: one for one in told(shop, "").components}
    said = by_id["ringwall-service/billing"].aspects[CATEGORIES].value
    assert said == {"owner": "us", "classification": "restricted"}
    assert by_id["ringwall-service/billing"].aspects["ways"].state is State.ERROR
    assert "ways" not in by_id["ringwall-service/orders"].aspects


def test_routes_and_services_are_known_to_be_used_or_not(shop: Installation) -> None:
    def tags(traffic: Traffic | str) -> dict[str, str]:
        return {
            one.found.id: dict(one.found.tags)["traffic"]
            for one in told(shop, traffic).components
            if one.found.tags
        }

    assert tags(Traffic({"orders": 3}, {}, {})) == {
        "ringwall-route/orders": "used",
        "ringwall-route/old": "none",
        "ringwall-service/orders": "used",
        "ringwall-service/old": "none",
        "ringwall-service/billing": "inside",
    }
    assert set(tags("there is no log yet").values()) == {"unknown", "inside"}


def test_the_log_tells_what_is_used_and_what_leads_nowhere(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    nowhere = {"route": None, "status": 404, "service": None}
    append(
        scene.places.edge[0],
        *[edge_line(n) for n in range(5)],
        *[edge_line(n, host="Admin.example.com:443", **nowhere) for n in range(5, 35)],
        *[edge_line(n, path=f"/v2/items/{n % 3}", **nowhere) for n in range(40, 70)],
        *[edge_line(n, path="/once", **nowhere) for n in range(70, 75)],
        *[edge_line(n, host="<script>", **nowhere) for n in range(80, 120)],
    )
    assert seen_apart(scene.places, ["shop.example.com"], now=NOW) == Traffic({}, {}, {})
    scene.collect()
    traffic = seen_in(Log(scene.places), ["shop.example.com"], now=NOW)
    assert seen_apart(scene.places, ["shop.example.com"], now=NOW) == traffic
    assert traffic.routes == {"orders": 5}
    assert traffic.hosts == {"admin.example.com": 30}
    assert traffic.paths == {("shop.example.com", "/v2"): 30}
    listing = listings.of_log(traffic, NOW)
    assert [one.found.id for one in listing.components] == [
        "ringwall-undeclared-host/admin.example.com",
        "ringwall-undeclared-path/shop.example.com/v2",
    ]


def test_a_log_that_cannot_be_read_makes_nothing_vanish() -> None:
    listing = listings.of_log("there is no log yet", NOW)
    assert not listing.complete
    assert listing.why_partial == "there is no log yet"


@pytest.mark.parametrize(
    ("authority", "host"),
    [("A.example:8443", "a.example"), ("a b", ""), ("", ""), ("[::1]:1", ""), ("x" * 300, "")],
)
def test_only_what_is_a_host_is_one(authority: str, host: str) -> None:
    assert host_of(authority) == host


def test_a_wildcard_declares_all_below_it() -> None:
    assert is_declared("a.shop.example", ["*.shop.example"])
    assert not is_declared("shop.example", ["*.shop.example"])
