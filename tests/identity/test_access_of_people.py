"""Access asked of people whom the database knows, by the policies of the shop."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.identity import tenants
from tests.identity.test_every_command import Typist

from ringwall.identity.facts import Facts

SHOP = Path(__file__).parents[2] / "examples" / "shop" / "ringwall.yaml"
ORDERS = "https://api.shop.localhost:8443/v1/north/orders"


@pytest.fixture
def typed(
    database: str,
    facts: Facts,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Typist:
    """Somebody at the terminal of the shop: Ada buys for North, Bob for South, Eve supports."""
    monkeypatch.setenv("RINGWALL_CONFIG", str(SHOP))
    for slug, kind in (("north", "customer"), ("south", "customer"), ("shop", "provider")):
        tenants.organisation(slug, kind=kind)
    tenants.person("ada@example.com", north=["customer"], south=["customer"])
    tenants.person("bob@example.com", south=["billing-manager"])
    tenants.person("eve@example.com", shop=["support"])
    return Typist(capsys)


def test_people_are_judged_by_what_they_were_given(typed: Typist) -> None:
    found = typed(f"access explain ada@example.com --tenant north GET {ORDERS}")
    assert found["allowed"]
    assert found["judgments"][0]["policies"] == ["customers-read"]
    refused = typed.finds(f"access explain bob@example.com GET {ORDERS}")
    assert refused["judgments"][0]["policies"] == ["tenants-stay-apart"]
    assert refused["judgments"][0]["deciding"][0]["reasons"] == [
        "principal.tenant is south, resource.tenant is north",
        "principal has role billing-manager, no role support",
    ]
    proof = typed.finds(f"access explain eve@example.com GET {ORDERS}")
    assert proof["judgments"][0]["proof"] == ["mfa", 3600]
    assert typed(f"access explain eve@example.com --strength mfa GET {ORDERS}")["allowed"]
    # As if she were a billing manager.
    assert typed(f"access explain bob@example.com --tenant north --role customer GET {ORDERS}")
    typed.fails(f"access explain ada@example.com GET {ORDERS}")  # for North or for South?
    typed.fails(f"access explain nobody@example.com GET {ORDERS}")


def test_who_acts_for_several_is_listed_for_each(typed: Typist) -> None:
    found = typed("access can-do ada@example.com")
    assert [one["principal"]["tenant"] for one in found] == ["north", "south"]
    when = {
        (one["principal"]["tenant"], way["route"], way["method"]): way["when"]
        for one in found
        for way in one["may"]
    }
    assert when["north", "orders", "GET"] == "resource.tenant is north"
    assert when["south", "order-refund", "POST"] == "never"
    assert when["south", "pages", "GET"] == "always"


def test_everyone_who_may_is_found_with_what_remains(typed: Typist) -> None:
    def who(line: str) -> dict[str, Any]:
        found = typed(f"access who-can {line}")
        return {f"{one['name']} {one['tenant']}": one["when"] for one in found["principals"]}

    fresh = "principal.strength is mfa or phr and principal was proven within 1h"
    assert who(f"GET {ORDERS}") == {
        "ada@example.com north": "always",
        "eve@example.com shop": fresh,
    }
    assert who("POST order-refund") == {"bob@example.com south": "resource.tenant is south"}
    assert set(who("GET pages").values()) == {"always"}
    typed.fails("access who-can GET nothing")


def test_a_change_is_told_by_whom_it_touches(typed: Typist, tmp_path: Path) -> None:
    shutil.copytree(SHOP.parent, tmp_path / "before", ignore=shutil.ignore_patterns(".ringwall"))
    orders = tmp_path / "before" / "policies" / "orders.cedar"
    written = orders.read_text(encoding="utf-8")
    narrower = written.replace("proven_ago <= 3600", "proven_ago <= 600")
    assert narrower != written
    orders.write_text(narrower, encoding="utf-8")
    found = typed.finds(f"access diff {tmp_path / 'before'}")
    assert found["not_asked"] is None
    touched = {
        (one["route"], one["action"], one["granted"]): [who["name"] for who in one["principals"]]
        for one in found["touched"]
    }
    assert touched["orders", "GET", True] == ["eve@example.com"]
    assert {granted for _, _, granted in touched} == {True}
    for change in found["changes"]:
        assert change["whom"] == "people"
        assert change["by"] == ["support-reads-after-a-second-factor"]
        assert "principal was not proven within 10m" in change["when"]
    assert typed(f"access diff {SHOP.parent}")["changes"] == []
