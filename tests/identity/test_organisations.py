"""Organisations: names that can be, rules that hold at once, and ends that end."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.identity import tenants

from ringwall.access.guarding import MACHINE
from ringwall.identity.facts import Facts

NORTH = "north.shop.localhost"
SHOP = "shop.localhost"


@pytest.fixture
def ada(database: str, facts: Facts) -> Any:
    """Ada, a buyer in North and in South."""
    for slug in ("north", "south"):
        tenants.organisation(slug)
    return tenants.person("ada@example.com", north=["buyer"], south=["reader"])


def rules(slug: str, **changed: Any) -> None:
    from dataclasses import replace

    from ringwall.identity import organisations

    found = organisations.find(slug)
    organisations.set_rules(found, replace(organisations.rules_of(found), **changed), by=MACHINE)


@pytest.mark.parametrize("slug", ["", "-north", "North", "a.b", "north_sea", "x" * 64, "nörth"])
def test_only_labels_of_hosts_name_an_organisation(database: str, facts: Facts, slug: str) -> None:
    from ringwall.identity import organisations

    with pytest.raises(ValueError, match="cannot name an organisation"):
        organisations.create(slug=slug, name="North", by=MACHINE)


def test_the_name_of_a_host_names_no_tenant(database: str, facts: Facts) -> None:
    from ringwall.identity import organisations

    with pytest.raises(ValueError, match="is a host of the edge already"):
        organisations.create(slug="api", name="A clever one", by=MACHINE)


def test_a_name_is_given_once(database: str, facts: Facts) -> None:
    from ringwall.identity import organisations
    from ringwall.identity.models import Organisation

    organisations.create(slug="north", name="  North \n Sea ", by=MACHINE)
    assert Organisation.objects.get(slug="north").name == "North Sea"
    with pytest.raises(ValueError, match="already"):
        organisations.create(slug="north", name="Another", by=MACHINE)


def test_suspension_shuts_out_at_once_and_restoring_lets_in_without_signing_in(
    ada: Any, facts: Facts
) -> None:
    from ringwall.identity import organisations, visits

    session = tenants.session(ada, "north")
    north = tenants.entered(session, facts, NORTH).cookie
    south = tenants.entered(session, facts, "south.shop.localhost").cookie
    organisations.suspend(organisations.find("north"), reason="unpaid", by=MACHINE)
    assert not tenants.is_accepted(north)
    assert tenants.is_accepted(south)
    assert tenants.renewed(north, facts, NORTH) is None
    session.refresh_from_db()
    assert session.ended is None
    with pytest.raises(visits.NotAMemberError):
        tenants.entered(session, facts, NORTH)
    organisations.restore(organisations.find("north"), by=MACHINE)
    again = tenants.entered(session, facts, NORTH).cookie
    assert tenants.is_accepted(again)


def test_a_removed_name_is_not_given_again_while_keys_of_it_may_live(
    ada: Any, facts: Facts
) -> None:
    from ringwall.identity import organisations

    cookie = tenants.entered(tenants.session(ada, "north"), facts, NORTH).cookie
    organisations.remove(organisations.find("north"), by=MACHINE)
    assert not tenants.is_accepted(cookie)
    ada.refresh_from_db()
    assert ada.is_active
    with pytest.raises(ValueError, match="choose another"):
        organisations.create(slug="north", name="Not North", by=MACHINE)


def test_the_name_of_one_that_was_suspended_is_free_again_too(ada: Any, facts: Facts) -> None:
    from django.utils import timezone

    from ringwall.identity import organisations, revocations
    from ringwall.identity.models import Revocation

    organisations.suspend(organisations.find("north"), reason="unpaid", by=MACHINE)
    organisations.remove(organisations.find("north"), by=MACHINE)
    assert "north" in revocations.live(timezone.now())["tenant"]
    assert not Revocation.objects.filter(until=None, lifted=False).exists()
    with pytest.raises(ValueError, match="choose another"):
        organisations.create(slug="north", name="Not North", by=MACHINE)
    later = timezone.now() + timedelta(days=368)
    assert "north" not in revocations.live(later)["tenant"]
    assert "south" not in revocations.live(later)["tenant"]
    Revocation.objects.update(until=timezone.now())
    organisations.create(slug="north", name="Not North", by=MACHINE)


def test_the_company_itself_is_neither_suspended_nor_removed(database: str, facts: Facts) -> None:
    from ringwall.identity import organisations

    shop = tenants.organisation("shop", kind="provider")
    with pytest.raises(ValueError, match="cannot be suspended"):
        organisations.suspend(shop, reason="a mistake", by=MACHINE)
    with pytest.raises(ValueError, match="cannot be removed"):
        organisations.remove(shop, by=MACHINE)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"second_factor": "maybe"}, "no rule for factors"),
        ({"session_idle": 5}, "cannot be 5 s"),
        ({"session_absolute": -1}, "cannot be -1 s"),
        ({"networks": ("everywhere",)}, "is not a network"),
        ({"sso_enforced": True}, "nobody could enter"),
    ],
)
def test_rules_that_cannot_be_change_nothing(
    ada: Any, facts: Facts, changed: dict[str, Any], reason: str
) -> None:
    from ringwall.identity import organisations

    before = organisations.rules_of(organisations.find("north"))
    with pytest.raises(ValueError, match=reason):
        rules("north", **changed)
    assert organisations.rules_of(organisations.find("north")) == before


def test_networks_hold_at_entry_and_at_renewal(ada: Any, facts: Facts) -> None:
    from ringwall.identity import visits

    session = tenants.session(ada, "north")
    cookie = tenants.entered(session, facts, NORTH).cookie
    rules("north", networks=("10.0.0.0/8",))
    assert tenants.renewed(cookie, facts, NORTH, address="127.0.0.7") is None
    assert tenants.renewed(cookie, facts, NORTH, address=None) is None
    assert tenants.renewed(cookie, facts, NORTH, address="10.1.2.3") is not None
    session.address = "127.0.0.7"
    with pytest.raises(visits.EntryRefusedError, match="certain networks"):
        tenants.entered(session, facts, NORTH)
    assert tenants.entered(session, facts, "south.shop.localhost")


@pytest.mark.parametrize(
    ("rule", "acr", "enters"),
    [
        ("optional", "single", True),
        ("required", "single", False),
        ("required", "mfa", True),
        ("passkey", "mfa", False),
        ("passkey", "phr", True),
    ],
)
def test_the_factor_that_an_organisation_asks_for(
    ada: Any, facts: Facts, rule: str, acr: str, enters: bool
) -> None:
    from ringwall.identity import visits

    rules("north", second_factor=rule)
    session = tenants.session(ada, "south", acr=acr)
    if enters:
        assert tenants.entered(session, facts, NORTH)
        return
    with pytest.raises(visits.EntryRefusedError) as refused:
        tenants.entered(session, facts, NORTH)
    assert refused.value.objection.factor == ("phr" if rule == "passkey" else "mfa")


def test_the_companys_own_people_always_show_two_factors(ada: Any, facts: Facts) -> None:
    from ringwall.identity import visits

    tenants.organisation("shop", kind="provider")
    eve = tenants.person("eve@example.com", shop=["operator"])
    with pytest.raises(visits.EntryRefusedError, match="second factor"):
        tenants.entered(tenants.session(eve, "shop", acr="single"), facts, SHOP)


def test_a_session_too_old_for_one_organisation_goes_on_in_another(ada: Any, facts: Facts) -> None:
    from ringwall.identity import visits

    rules("north", session_absolute=3600)
    old = timezone.now() - timedelta(hours=2)
    session = tenants.session(ada, "south", created=old)
    with pytest.raises(visits.EntryRefusedError, match="longer than North allows"):
        tenants.entered(session, facts, NORTH)
    assert tenants.entered(session, facts, "south.shop.localhost")


def test_who_was_away_for_too_long_does_not_come_back_by_another_visit(
    ada: Any, facts: Facts
) -> None:
    from ringwall.identity import visits
    from ringwall.identity.models import Visit

    rules("north", session_idle=900)
    session = tenants.session(ada, "south")
    cookie = tenants.entered(session, facts, NORTH).cookie
    assert tenants.renewed(cookie, facts, NORTH) is not None
    Visit.objects.update(token="", token_made=timezone.now() - timedelta(seconds=901))
    assert tenants.renewed(cookie, facts, NORTH) is None
    with pytest.raises(visits.EntryRefusedError, match="longer"):
        tenants.entered(session, facts, NORTH)


def test_shorter_limits_hold_for_sessions_that_are_open(ada: Any, facts: Facts) -> None:
    session = tenants.session(ada, "north")
    elsewhere = tenants.session(ada, "south", key="another")
    rules("north", session_idle=600, session_absolute=1800)
    session.refresh_from_db()
    elsewhere.refresh_from_db()
    assert session.idle == 600
    assert session.expires <= session.created + timedelta(seconds=1800)
    assert elsewhere.idle == 3600
