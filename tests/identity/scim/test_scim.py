"""Provisioning: whom a directory reaches, what follows at once, and what it cannot do."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.identity import tenants

from ringwall.access.guarding import MACHINE
from ringwall.identity.facts import Facts

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
Call = Callable[..., Any]


@pytest.fixture
def north(database: str, facts: Facts) -> Any:
    """North, which has shown north.example to be its own; South, which has nothing."""
    from ringwall.identity.models import Domain

    tenants.organisation("shop", kind="provider")
    south = tenants.organisation("south")
    found = tenants.organisation("north")
    Domain.objects.create(organisation=found, name="north.example", verified=timezone.now())
    Domain.objects.create(organisation=south, name="south.example", verified=timezone.now())
    return found


@pytest.fixture
def ask(north: Any, browser: Any) -> Call:
    """Ask as North's directory."""
    return asking(browser, "north")


def asking(browser: Any, slug: str) -> Call:
    from ringwall.identity.models import Organisation
    from ringwall.identity.scim import tokens

    organisation = Organisation.objects.get(slug=slug)
    _, secret = tokens.make(organisation, "directory", life=timedelta(days=1), by=MACHINE)

    def ask(method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = browser.generic(
            method,
            f"/scim/v2/{path}",
            body if isinstance(body, bytes) else json.dumps(body) if body is not None else "",
            content_type="application/scim+json",
            headers={"authorization": f"Bearer {secret}", **headers},
        )
        answer.told = json.loads(answer.content) if answer.content else None
        return answer

    return ask


def ada(**more: Any) -> dict[str, Any]:
    return {"schemas": [USER], "userName": "ada@north.example", "displayName": "Ada", **more}


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


def account(email: str = "ada@north.example") -> Any:
    from ringwall.identity.models import User

    return User.objects.get(email=email)


def test_a_person_of_its_own_domain_is_a_member_at_once(ask: Call) -> None:
    made = ask("POST", "Users", ada(externalId="42"))
    assert made.status_code == 201
    assert made.headers["Location"].endswith(f"/scim/v2/Users/{made.told['id']}")
    assert tenants.member(account(), "north").source == "scim"
    assert not account().has_usable_password()


def test_anybody_else_is_invited_and_decides(ask: Call, north: Any) -> None:
    from ringwall.identity import invitations
    from ringwall.identity.models import Membership, OutgoingMail, User

    for email in ("bob@south.example", "eve@gmail.example"):
        made = ask("POST", "Users", {"schemas": [USER], "userName": email})
        assert made.status_code == 201
        assert not User.objects.filter(email=email).exists()
    assert Membership.objects.count() == 0
    bob = tenants.person("bob@south.example")
    secret = OutgoingMail.objects.get(to=bob.email).body.split("/invitations/")[1].split()[0]
    invitations.take(secret, bob)
    found = ask("GET", 'Users?filter=userName eq "bob@south.example"').told["Resources"][0]
    ask("PATCH", f"Users/{found['id']}", patch({"op": "Replace", "path": "active", "value": False}))
    assert not tenants.member(bob, "north").active
    bob.refresh_from_db()
    assert bob.is_active


def test_deactivation_ends_everything_at_once_and_activation_brings_it_back(
    ask: Call, facts: Facts
) -> None:
    user = ask("POST", "Users", ada()).told["id"]
    cookie = tenants.entered(
        tenants.session(account(), "north"), facts, "north.shop.localhost"
    ).cookie
    off = patch({"op": "replace", "value": {"active": False}})
    assert ask("PATCH", f"Users/{user}", off).told["active"] is False
    assert not tenants.is_accepted(cookie)
    assert tenants.renewed(cookie, facts, "north.shop.localhost") is None
    assert not account().is_active
    ask("PUT", f"Users/{user}", ada(active=True))
    assert account().is_active
    assert tenants.member(account(), "north").active


def test_a_tenant_ends_only_its_own_of_somebody_elses_person(
    ask: Call, north: Any, facts: Facts
) -> None:
    """Carl has an address of South, and works for both."""
    carl = tenants.person("carl@south.example", north=["buyer"], south=["reader"])
    there = tenants.entered(tenants.session(carl, "south"), facts, "south.shop.localhost").cookie
    here = tenants.entered(
        tenants.session(carl, "north", key="b"), facts, "north.shop.localhost"
    ).cookie
    record = {"schemas": [USER], "userName": "carl", "emails": [{"value": carl.email}]}
    user = ask("POST", "Users", record).told["id"]
    assert tenants.member(carl, "north").provisioned is not None
    ask("PUT", f"Users/{user}", {**record, "active": False, "displayName": "Mallory"})
    carl.refresh_from_db()
    assert (carl.is_active, carl.name) == (True, "Carl")
    assert tenants.is_accepted(there)
    assert not tenants.is_accepted(here)
    assert ask("DELETE", f"Users/{user}").status_code == 204
    assert tenants.is_accepted(there)


def test_the_companys_people_are_not_locked_out_by_a_customer(ask: Call, facts: Facts) -> None:
    owner = tenants.person("ada@north.example", shop=["owner"], north=["buyer"])
    user = ask("POST", "Users", ada()).told["id"]
    ask("PUT", f"Users/{user}", ada(active=False, displayName="Fool"))
    owner.refresh_from_db()
    assert (owner.is_active, owner.name) == (True, "Ada")
    assert not tenants.member(owner, "north").active


def test_who_was_disabled_by_the_company_stays_so(ask: Call) -> None:
    from ringwall.identity import sessions

    user = ask("POST", "Users", ada()).told["id"]
    sessions.disable(account(), reason="an incident")
    ask("PUT", f"Users/{user}", ada(active=False))
    ask("PUT", f"Users/{user}", ada(active=True))
    assert not account().is_active


def test_one_organisation_sees_nothing_of_another(ask: Call, browser: Any) -> None:
    user = ask("POST", "Users", ada()).told["id"]
    group = ask("POST", "Groups", {"schemas": [GROUP], "displayName": "Finance"}).told["id"]
    rival = asking(browser, "south")
    assert rival("GET", "Users").told["totalResults"] == 0
    for path in (f"Users/{user}", f"Groups/{group}"):
        assert rival("GET", path).status_code == 404
        assert rival("DELETE", path).status_code == 404
        assert (
            rival("PATCH", path, patch({"op": "remove", "path": "externalId"})).status_code == 404
        )
    member = {"schemas": [GROUP], "displayName": "Theirs", "members": [{"value": user}]}
    refused = rival("POST", "Groups", member)
    assert refused.status_code == 400
    assert rival("GET", "Groups").told["totalResults"] == 0
    assert rival("POST", "Users", ada()).status_code == 201
    assert not account().memberships.filter(organisation__slug="south").exists()


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer rws_x"])
def test_without_a_token_nothing_is_said(ask: Call, browser: Any, header: str) -> None:
    for path in ("Users", "ServiceProviderConfig", "nothing"):
        answer = browser.get(f"/scim/v2/{path}", headers={"authorization": header})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_tokens_end(ask: Call, north: Any) -> None:
    from ringwall.identity import organisations
    from ringwall.identity.models import ScimToken
    from ringwall.identity.scim import tokens

    assert ask("GET", "Users").status_code == 200
    organisations.suspend(north, reason="unpaid", by=MACHINE)
    assert ask("GET", "Users").status_code == 401
    organisations.restore(north, by=MACHINE)
    ScimToken.objects.update(expires=timezone.now())
    assert ask("GET", "Users").status_code == 401
    ScimToken.objects.update(expires=timezone.now() + timedelta(days=1))
    tokens.withdraw(north, ScimToken.objects.get().pk, by=MACHINE)
    assert ask("GET", "Users").status_code == 401


def test_groups_give_roles_at_once_and_take_them(ask: Call, north: Any, facts: Facts) -> None:
    from ringwall.identity.models import GroupMapping

    GroupMapping.objects.create(organisation=north, group="Finance", role="approver")
    user = ask("POST", "Users", ada()).told["id"]
    session = tenants.session(account(), "north")
    cookie = tenants.entered(session, facts, "north.shop.localhost").cookie
    told = {"schemas": [GROUP], "displayName": "Finance", "members": [{"value": user}]}
    group = ask("POST", "Groups", told).told["id"]
    assert tenants.member(account(), "north").roles == ["approver"]
    assert not tenants.is_accepted(cookie)
    assert ask("GET", f"Users/{user}").told["groups"][0]["display"] == "Finance"
    gone = patch({"op": "remove", "path": f'members[value eq "{user}"]'})
    ask("PATCH", f"Groups/{group}", gone)
    assert tenants.member(account(), "north").roles == []
    back = patch({"op": "Add", "path": "members", "value": [{"value": user}]})
    ask("PATCH", f"Groups/{group}", back)
    assert tenants.member(account(), "north").roles == ["approver"]
    ask("DELETE", f"Groups/{group}")
    assert tenants.member(account(), "north").roles == []


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"", 400, "invalidSyntax"),
        (b"{", 400, "invalidSyntax"),
        (b"[]", 400, "invalidSyntax"),
        (b"\xff\xfe", 400, "invalidSyntax"),
        (b"[" * 50_000, 400, "invalidSyntax"),
        (b'{"schemas": ["' + USER.encode() + b'"]}', 400, "invalidValue"),
        (json.dumps(ada(active="perhaps")).encode(), 400, "invalidValue"),
        (json.dumps(ada(userName=7)).encode(), 400, "invalidValue"),
        (json.dumps(ada(userName="x" * 300)).encode(), 400, "invalidValue"),
        (json.dumps(ada(userName=" ")).encode(), 400, "invalidValue"),
        (json.dumps(ada(emails=[{"value": "no address"}])).encode(), 400, "invalidValue"),
        (json.dumps(ada(title="x" * 40_000)).encode(), 413, None),
        (json.dumps(ada(title="x" * 1_100_000)).encode(), 413, None),
        (json.dumps(ada(externalId="x" * 300)).encode(), 400, "invalidValue"),
    ],
)
def test_bad_bodies_change_nothing(ask: Call, body: bytes, status: int, kind: str | None) -> None:
    from ringwall.identity.models import ProvisionedUser, User

    answer = ask("POST", "Users", body)
    assert (answer.status_code, answer.told.get("scimType")) == (status, kind)
    assert answer.told["detail"]
    assert not ProvisionedUser.objects.exists()
    assert not User.objects.exists()


def test_a_name_is_taken_once_in_whatever_letters(ask: Call) -> None:
    ask("POST", "Users", ada())
    again = ask("POST", "Users", ada(userName="ADA@north.example"))
    assert (again.status_code, again.told["scimType"]) == (409, "uniqueness")
    other = ask("POST", "Users", ada(userName="other@north.example")).told["id"]
    assert ask("PUT", f"Users/{other}", ada()).status_code == 409
    assert ask("GET", f"Users/{other}").told["userName"] == "other@north.example"


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(ask: Call) -> None:
    made = ask("POST", "Users", ada())
    path, tag = f"Users/{made.told['id']}", made.headers["ETag"]
    assert ask("GET", path, **{"if-none-match": tag}).status_code == 304
    assert ask("PUT", path, ada(title="Dr"), **{"if-match": tag}).status_code == 200
    assert ask("PUT", path, ada(title="Ms"), **{"if-match": tag}).status_code == 412


def test_pages_filters_and_order(ask: Call) -> None:
    for number in range(5):
        ask("POST", "Users", ada(userName=f"p{number}@north.example", title=f"t{number % 2}"))
    page = ask("GET", "Users?startIndex=2&count=2&sortBy=userName&sortOrder=descending").told
    assert (page["totalResults"], page["itemsPerPage"], page["startIndex"]) == (5, 2, 2)
    assert [one["userName"][:2] for one in page["Resources"]] == ["p3", "p2"]
    found = ask("GET", 'Users?filter=title eq "t1" and userName sw "p3"').told
    assert [one["userName"] for one in found["Resources"]] == ["p3@north.example"]
    assert ask("GET", "Users?count=0").told["totalResults"] == 5
    bad = ask("GET", "Users?filter=title zz 3")
    assert (bad.status_code, bad.told["scimType"]) == (400, "invalidFilter")


def test_a_password_is_neither_kept_nor_told(ask: Call) -> None:
    from ringwall.identity.models import ProvisionedUser

    made = ask("POST", "Users", ada(password="not for us"))
    assert "not for us" not in made.content.decode()
    assert "not for us" not in json.dumps(ProvisionedUser.objects.get().attributes)
    assert not account().has_usable_password()


def test_a_new_address_in_its_own_domain_is_the_accounts_too(ask: Call) -> None:
    from ringwall.identity.models import User

    user = ask("POST", "Users", ada()).told["id"]
    ask("PUT", f"Users/{user}", ada(userName="ada.new@north.example"))
    assert account("ada.new@north.example").memberships.count() == 1
    tenants.person("boss@north.example")
    taken = ask("PUT", f"Users/{user}", ada(userName="boss@north.example"))
    assert taken.status_code == 409
    ask("PUT", f"Users/{user}", ada(userName="ceo@south.example"))
    assert not User.objects.filter(email="ceo@south.example").exists()
