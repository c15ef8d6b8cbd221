"""Rules about networks: nobody shuts the company's owners out with them, nor themselves."""

from typing import Any

import pytest
from tests.identity import tenants
from tests.identity.test_commands_of_organisations import ringwall
from tests.identity.test_organisations_pages import act_as

from ringwall.identity.facts import Facts

__all__ = ["ringwall"]

RULES = {"name": "Shop", "second_factor": "required"}
PAGE = "/organisations/shop/rules"


@pytest.fixture
def shop(database: str, facts: Facts) -> Any:
    """The company with an owner and a security administrator, and North, a customer."""
    made = tenants.organisation("shop", kind="provider")
    tenants.organisation("north")
    tenants.person("owner@example.com", shop=["owner"])
    tenants.person("sec@example.com", shop=["security-administrator"])
    tenants.person("boss@example.com", north=["administrator"])
    return made


def text_of(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


def test_only_owners_say_where_the_companys_people_come_from(shop: Any, browser: Any) -> None:
    act_as(browser, "sec@example.com")
    assert "readonly" in text_of(browser.get(PAGE))
    answer = browser.post(PAGE, {**RULES, "networks": "127.0.0.0/8"})
    assert answer.status_code == 200
    assert "Only owners of Shop change where its people may come from" in text_of(answer)
    shop.refresh_from_db()
    assert (shop.networks, shop.second_factor) == ([], "optional")
    assert browser.post(PAGE, {**RULES, "networks": ""}).status_code == 302
    shop.refresh_from_db()
    assert shop.second_factor == "required"
    browser.logout()
    act_as(browser, "owner@example.com")
    assert "readonly" not in text_of(browser.get(PAGE))
    assert browser.post(PAGE, {**RULES, "networks": "127.0.0.0/8"}).status_code == 302
    shop.refresh_from_db()
    assert shop.networks == ["127.0.0.0/8"]


def test_what_owners_have_set_is_kept_by_others_who_save(shop: Any, browser: Any) -> None:
    shop.networks = ["127.0.0.0/8"]
    shop.save()
    act_as(browser, "sec@example.com")
    taken_away = browser.post(PAGE, {**RULES, "networks": ""})
    assert "Only owners of Shop" in text_of(taken_away)
    kept = browser.post(PAGE, {**RULES, "networks": "127.0.0.0/8"})
    assert kept.status_code == 302
    shop.refresh_from_db()
    assert (shop.networks, shop.second_factor) == (["127.0.0.0/8"], "required")


@pytest.mark.parametrize(
    ("email", "slug"),
    [
        ("owner@example.com", "shop"),
        ("owner@example.com", "north"),
        ("boss@example.com", "north"),
    ],
)
def test_nobody_shuts_themselves_out(shop: Any, browser: Any, email: str, slug: str) -> None:
    from ringwall.identity.models import Organisation

    act_as(browser, email)
    page = f"/organisations/{slug}/rules"
    answer = browser.post(page, {**RULES, "networks": "10.0.0.0/8"})
    assert "You ask from 127.0.0.7, which is in none of these networks" in text_of(answer)
    assert 'id="id_networks_error"' in text_of(answer)
    found = Organisation.objects.get(slug=slug)
    assert (found.networks, found.second_factor) == ([], "optional")
    unknown = browser.post(
        page, {**RULES, "networks": "10.0.0.0/8"}, headers={"x-ringwall-address": ""}
    )
    assert "You ask from an unknown address" in text_of(unknown)
    assert browser.post(page, {**RULES, "networks": "10.0.0.0/8 127.0.0.7"}).status_code == 302


def test_security_administrators_do_not_say_where_customers_come_from(
    shop: Any, browser: Any
) -> None:
    from ringwall.identity.models import Organisation

    act_as(browser, "sec@example.com")
    page = "/organisations/north/rules"
    assert "readonly" in text_of(browser.get(page))
    answer = browser.post(page, {**RULES, "networks": "127.0.0.0/8"})
    assert "Only administrators of North and the company" in text_of(answer)
    assert Organisation.objects.get(slug="north").networks == []


def test_other_rules_of_a_customer_are_saved_from_anywhere(shop: Any, browser: Any) -> None:
    from ringwall.identity.models import Organisation

    Organisation.objects.filter(slug="north").update(networks=["10.0.0.0/8"])
    act_as(browser, "sec@example.com")
    told = {**RULES, "networks": "10.0.0.0/8"}
    assert browser.post("/organisations/north/rules", told).status_code == 302
    assert Organisation.objects.get(slug="north").second_factor == "required"


def test_the_host_mends_it(shop: Any, ringwall: Any) -> None:
    assert ringwall("org", "rules", "shop", "--network", "10.0.0.0/8")["networks"] == ["10.0.0.0/8"]
    assert ringwall("org", "rules", "shop", "--network", "any")["networks"] == []
