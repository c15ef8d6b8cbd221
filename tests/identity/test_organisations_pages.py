"""Pages of an organisation: for those who manage it, by its own rules, and by nobody's trick."""

import re
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from tests.identity import tenants
from tests.identity.test_invitations import signed_in

from ringwall.access.built_in import BUILT_IN
from ringwall.access.model import Holders
from ringwall.identity import facts as facts_file
from ringwall.identity.facts import Facts
from ringwall.runtime.current import current_installation

PAGES = ("", "invitations", "requests", "rules", "sign-on", "provisioning")


@pytest.fixture
def north(database: str, facts: Facts) -> Any:
    """North with an administrator and Ada, a buyer; South with its own administrator."""
    tenants.organisation("shop", kind="provider")
    for slug in ("north", "south"):
        tenants.organisation(slug)
    tenants.person("boss@example.com", north=["administrator"])
    tenants.person("ada@example.com", north=["buyer"])
    tenants.person("rival@example.com", south=["administrator"])
    from ringwall.identity.models import Organisation

    return Organisation.objects.get(slug="north")


def act_as(browser: Any, email: str, *, factors: int = 2) -> None:
    from ringwall.identity.models import User

    signed_in(browser, User.objects.get(email=email), factors=factors)


def test_administrators_see_and_change_what_is_theirs(north: Any, browser: Any) -> None:
    act_as(browser, "boss@example.com")
    for page in PAGES:
        assert browser.get(f"/organisations/north/{page}").status_code == 200
    ada = {"member": "ada@example.com"}
    browser.post("/organisations/north/", {**ada, "roles": "approver buyer"})
    from ringwall.identity.models import Membership, User

    user = User.objects.get(email="ada@example.com")
    assert tenants.member(user, "north").roles == ["approver", "buyer"]
    browser.post("/organisations/north/", {**ada, "action": "remove"})
    assert not Membership.objects.filter(user=user).exists()


@pytest.mark.parametrize("email", ["ada@example.com", "rival@example.com"])
@pytest.mark.parametrize("page", PAGES)
def test_nobody_else_learns_even_that_it_is_there(
    north: Any, browser: Any, email: str, page: str
) -> None:
    from ringwall.identity.models import Invitation

    act_as(browser, email)
    here = browser.get(f"/organisations/north/{page}")
    nowhere = browser.get(f"/organisations/nowhere/{page}")
    assert here.status_code == nowhere.status_code == 404
    told = {"member": "boss@example.com", "action": "remove", "email": "x@example.com"}
    assert browser.post(f"/organisations/north/{page}", told).status_code == 404
    assert north.memberships.count() == 2
    assert not Invitation.objects.exists()


def test_members_of_another_organisation_cannot_be_named(north: Any, browser: Any) -> None:
    act_as(browser, "boss@example.com")
    told = {"member": "rival@example.com", "roles": "administrator"}
    page = browser.post("/organisations/north/", told, follow=True).content.decode()
    assert "Rival@example.com is not a member of north." in page


def test_what_was_typed_stays_when_somebody_cannot_be_invited(
    north: Any, browser: Any, facts: Facts
) -> None:
    from ringwall.identity.models import Invitation

    facts_file.write(
        current_installation().state, replace(facts, roles={"buyer": Holders.CUSTOMER, **BUILT_IN})
    )
    act_as(browser, "boss@example.com")
    told = {"email": "new@example.com", "roles": "buyr"}
    answer = browser.post("/organisations/north/invitations", told)
    assert answer.status_code == 200
    page = unescape(answer.content.decode())
    assert re.search(r'There is no role "buyr" in North.*; did you mean "buyer"\?(?!\.)', page)
    assert {'value="new@example.com"', 'value="buyr"'} <= set(re.findall(r'value="[^"]*"', page))
    assert not Invitation.objects.exists()
    browser.post("/organisations/north/invitations", {**told, "roles": "buyer"})
    assert Invitation.objects.get().roles == ["buyer"]


def test_who_has_no_name_is_told_of_once(north: Any, browser: Any) -> None:
    from ringwall.identity.models import User

    act_as(browser, "boss@example.com")

    def rows() -> list[str]:
        page = browser.get("/organisations/north/").content.decode()
        return re.findall(r"<h3>(.*?)</div>", page, re.DOTALL)

    (row,) = (one for one in rows() if one.startswith("Ada"))
    assert row.count("ada@example.com") == 1
    User.objects.filter(email="ada@example.com").update(name="")
    (row,) = (one for one in rows() if one.startswith("ada@"))
    assert row.count("ada@example.com") == 1
    assert re.search(r"<p>\s*buyer</p>", row)


def test_whoever_is_no_member_gets_on_as_somebody_else(
    north: Any, browser: Any, facts: Facts
) -> None:
    act_as(browser, "rival@example.com")
    enter = f"/enter?state=s&to=https://north.shop.localhost:{facts.port}/"
    answer = browser.get(enter)
    assert answer.status_code == 403
    page = unescape(answer.content.decode())
    assert "You are not a member here" in page
    found = re.search(r'href="([^"]+)">Sign out, to sign in as somebody else<', page)
    assert found is not None, page
    assert found[1] == f"/accounts/logout/?next={quote(enter, safe='')}"
    sure = unescape(browser.get(found[1]).content.decode())
    assert f'value="{enter}"' in sure
    assert browser.post("/accounts/logout/", {"next": enter})["Location"] == enter
    assert browser.get(enter)["Location"].startswith("/accounts/login/?next=")


def test_without_our_own_form_nothing_changes(north: Any, facts: Facts) -> None:
    from django.test import Client

    careful = Client(
        enforce_csrf_checks=True,
        headers={"host": facts.authority, "x-forwarded-proto": "https"},
    )
    act_as(careful, "boss@example.com")
    for page in PAGES:
        told = {"member": "ada@example.com", "action": "remove", "email": "x@example.com"}
        answer = careful.post(f"/organisations/north/{page}", told)
        assert answer.status_code == 403
    assert north.memberships.count() == 2


def test_the_organisations_rules_hold_for_its_pages(north: Any, browser: Any) -> None:
    north.networks = ["10.0.0.0/8"]
    north.save()
    act_as(browser, "boss@example.com")
    answer = browser.get("/organisations/north/")
    assert answer.status_code == 403
    assert "certain networks" in answer.content.decode()


def test_the_companys_people_help_with_two_factors(north: Any, browser: Any) -> None:
    tenants.person("sec@example.com", shop=["security-administrator"])
    act_as(browser, "sec@example.com")
    assert browser.get("/organisations/north/").status_code == 200
    browser.logout()
    act_as(browser, "sec@example.com", factors=1)
    answer = browser.get("/organisations/north/", headers={"accept": "text/html"})
    assert (answer.status_code, answer.url) == (302, "/enrol")


def test_rules_that_cannot_be_are_told_beside_the_form(north: Any, browser: Any) -> None:
    act_as(browser, "boss@example.com")
    told = {"name": "North", "second_factor": "optional", "networks": "everywhere"}
    page = browser.post("/organisations/north/rules", told)
    assert "is not a network" in page.content.decode()
    told = {"name": "North", "second_factor": "required", "networks": "10.0.0.0/8 127.0.0.7"}
    assert browser.post("/organisations/north/rules", told).status_code == 302
    north.refresh_from_db()
    assert north.networks == ["10.0.0.0/8", "127.0.0.7/32"]


def test_a_connection_a_domain_and_a_group_are_set_up(north: Any, browser: Any) -> None:
    act_as(browser, "boss@example.com")
    page = "/organisations/north/sign-on"
    told = {
        "action": "openid",
        "openid-name": "Our ID",
        "openid-issuer": "http://id.north.example",
        "openid-client_id": "us",
        "openid-client_secret": "a shared secret",
        "openid-default_roles": "buyer",
    }
    wrong = browser.post(page, told, follow=True).content.decode()
    assert "has to be an address that begins with https" in wrong
    assert not north.connections.exists()
    browser.post(page, {**told, "openid-issuer": "https://id.north.example"})
    found = north.connections.get()
    assert found.slug.startswith("north-")
    assert found.settings["private_network"] is False
    shown = browser.get(page).content.decode()
    assert f"/sign-on/{found.slug}/callback" in shown
    assert "a shared secret" not in shown
    browser.post(page, {"action": "add-domain", "domain": "North.example"})
    domain = north.domains.get()
    assert (domain.name, domain.verified) == ("north.example", None)
    assert domain.token in browser.get(page).content.decode()
    browser.post(page, {"action": "map", "group": "Finance", "role": "approver"})
    assert north.mappings.get().role == "approver"
    browser.post(page, {"action": "remove-connection", "connection": found.slug})
    assert not north.connections.exists()


def test_nobody_touches_the_connections_of_others(north: Any, browser: Any) -> None:
    from ringwall.identity.models import Connection, Domain, Organisation, ScimToken

    south = Organisation.objects.get(slug="south")
    Connection.objects.create(organisation=south, slug="south-id", protocol="oidc")
    Domain.objects.create(organisation=south, name="south.example", token="t")
    token = ScimToken.objects.create(
        organisation=south, name="d", secret_hash="h", expires=south.created
    )
    act_as(browser, "boss@example.com")
    page = "/organisations/north/sign-on"
    browser.post(page, {"action": "remove-connection", "connection": "south-id"})
    browser.post(page, {"action": "remove-domain", "domain": "south.example"})
    browser.post(page, {"action": "verify-domain", "domain": "south.example"})
    gone = {"action": "withdraw", "token": str(token.pk)}
    browser.post("/organisations/north/provisioning", gone)
    token.refresh_from_db()
    assert token.revoked is None
    assert south.connections.exists()
    assert south.domains.get().verified is None


def test_a_token_of_the_directory_is_shown_once(north: Any, browser: Any) -> None:
    act_as(browser, "boss@example.com")
    page = "/organisations/north/provisioning"
    assert "rws_" in browser.post(page, {"name": "Entra"}).content.decode()
    assert "rws_" not in browser.get(page).content.decode()
    token = north.scimtoken_set.get()
    browser.post(page, {"action": "withdraw", "token": str(token.pk)})
    token.refresh_from_db()
    assert token.revoked is not None


def test_who_proved_themselves_long_ago_proves_it_again_first(north: Any, browser: Any) -> None:
    act_as(browser, "boss@example.com")
    kept = browser.session
    for one in kept["account_authentication_methods"]:
        one["at"] -= 3600
    kept.save()
    for page in ("sign-on", "provisioning"):
        answer = browser.get(f"/organisations/north/{page}")
        assert answer.status_code == 302
        assert "reauthenticate" in answer.url
    assert browser.get("/organisations/north/").status_code == 200


def test_the_form_of_roles_leaves_to_groups_what_they_give(north: Any, browser: Any) -> None:
    from ringwall.identity import membership
    from ringwall.identity.models import GroupMapping, User

    ada = User.objects.get(email="ada@example.com")
    GroupMapping.objects.create(organisation=north, group="Finance", role="approver")
    membership.apply_groups(tenants.member(ada, "north"), ["Finance"])
    act_as(browser, "boss@example.com")
    page = browser.get("/organisations/north/").content.decode()
    assert 'name="roles" value="buyer"' in page
    assert "By groups: approver" in page
    told = {"member": "ada@example.com", "roles": "buyer"}
    assert browser.post("/organisations/north/", told).status_code == 302
    assert tenants.member(ada, "north").from_groups == ["approver"]


@pytest.mark.parametrize("role", ["auditor", "security-administrator"])
def test_who_only_sees_the_company_changes_none_of_its_doors(
    database: str, facts: Facts, browser: Any, role: str
) -> None:
    tenants.organisation("shop", kind="provider")
    tenants.person("owner@example.com", shop=["owner"])
    tenants.person("ada@example.com", shop=[role])
    seen = browser
    act_as(seen, "ada@example.com")
    pages = {"": role != "auditor", "invitations": role != "auditor", "rules": role != "auditor"}
    pages |= {"sign-on": False, "provisioning": False}
    for page, changes in pages.items():
        answer = seen.get(f"/organisations/shop/{page}")
        assert answer.status_code == 200, page
        assert ("<button" in _main_of(answer.content.decode())) == changes, page
    for page in ("sign-on", "provisioning"):
        answer = seen.post(f"/organisations/shop/{page}", {"name": "Mine", "action": "add-domain"})
        assert answer.status_code == 403
        assert "Reference" in answer.content.decode()


def _main_of(page: str) -> str:
    """What stands below the tabs."""
    return page.partition("<h2>")[2].partition("</main>")[0]
