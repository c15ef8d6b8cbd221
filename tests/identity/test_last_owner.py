"""Never nobody, once there was an owner: neither groups nor a directory take the last one."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.identity import tenants

from ringwall.access.guarding import MACHINE
from ringwall.identity.facts import Facts

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


@pytest.fixture
def ada(database: str, facts: Facts) -> Any:
    """Ada, the only owner of the Shop; shop.example is its own mail domain."""
    from ringwall.identity.models import Domain

    shop = tenants.organisation("shop", kind="provider")
    Domain.objects.create(organisation=shop, name="shop.example", verified=timezone.now())
    return tenants.person("ada@shop.example", shop=["owner"])


def let_groups_make_owners(ada: Any) -> Any:
    """Ada's role comes of her groups alone from now on; returns the company."""
    from ringwall.identity import membership
    from ringwall.identity.models import GroupMapping

    member = tenants.member(ada, "shop")
    member.from_groups = ["owner"]
    member.save()
    GroupMapping.objects.create(organisation=member.organisation, group="Owners", role="owner")
    assert membership.apply_groups(member, ["Owners"])
    return member.organisation


def told() -> list[str]:
    """To whom mail about it went."""
    from ringwall.identity.models import OutgoingMail

    found = OutgoingMail.objects.filter(subject__startswith="The last owner stays one")
    return sorted(found.values_list("to", flat=True))


def test_a_provider_that_names_other_groups_leaves_the_last_owner(ada: Any) -> None:
    from ringwall.identity import founding, membership

    let_groups_make_owners(ada)
    assert not membership.apply_groups(tenants.member(ada, "shop"), [])
    assert tenants.member(ada, "shop").roles == ["owner"]
    assert founding.has_owner()
    tenants.person("eve@shop.example", shop=["owner"])
    assert membership.apply_groups(tenants.member(ada, "shop"), [])
    assert tenants.member(ada, "shop").roles == []


def test_a_sign_on_tells_it_once(ada: Any) -> None:
    from ringwall.identity.sso import arriving, connections

    shop = let_groups_make_owners(ada)
    idp = connections.Oidc(issuer="https://idp.example", client_id="c", client_secret="s")
    made = connections.create(shop, slug="shop-idp", name="IdP", provider=idp, by=MACHINE)
    for _ in range(2):
        arriving.arrive(made, arriving.Asserted(uid="1", email="ada@shop.example", groups=("X",)))
        assert tenants.member(ada, "shop").roles == ["owner"]
    assert told() == ["ada@shop.example"]


def test_groups_that_audit_leave_the_last_owner_as_they_are(ada: Any) -> None:
    from ringwall.identity import founding
    from ringwall.identity.sso import connections

    shop = tenants.member(ada, "shop").organisation
    member = tenants.member(ada, "shop")
    member.groups = ["Audit"]
    member.save()
    left = connections.map_group(shop, "Audit", "auditor", by=MACHINE)
    assert [one.user for one in left] == [ada]
    assert tenants.member(ada, "shop").roles == ["owner"]
    assert list(founding.owners()) == [ada]
    assert told() == ["ada@shop.example"]


def test_a_mapping_taken_back_leaves_one_of_the_owners(ada: Any) -> None:
    from ringwall.identity import founding, membership
    from ringwall.identity.sso import connections

    shop = let_groups_make_owners(ada)
    eve = tenants.person("eve@shop.example", shop=[])
    membership.apply_groups(tenants.member(eve, "shop"), ["Owners"])
    assert founding.owners().count() == 2
    left = connections.unmap_group(shop, "Owners", "owner", by=MACHINE)
    assert [one.user for one in left] == list(founding.owners())
    assert len(left) == 1


def test_whoever_audits_is_counted_as_no_owner(ada: Any) -> None:
    from ringwall.identity import founding

    member = tenants.member(ada, "shop")
    member.roles = ["auditor", "owner"]
    member.save()
    assert not founding.has_owner()


def asked(browser: Any, method: str, path: str, body: Any = None) -> Any:
    """An answer to the company's own directory."""
    from ringwall.identity.models import Organisation
    from ringwall.identity.scim import tokens

    shop = Organisation.objects.get(slug="shop")
    _, secret = tokens.make(shop, "directory", life=timedelta(days=1), by=MACHINE)
    return browser.generic(
        method,
        f"/scim/v2/{path}",
        "" if body is None else json.dumps(body),
        content_type="application/scim+json",
        headers={"authorization": f"Bearer {secret}"},
    )


def test_a_directory_neither_rests_nor_removes_the_last_owner(ada: Any, browser: Any) -> None:
    from ringwall.identity import founding

    record = {"schemas": [USER], "userName": "ada@shop.example"}
    number = json.loads(asked(browser, "POST", "Users", record).content)["id"]
    for refused in (
        asked(browser, "PUT", f"Users/{number}", {**record, "active": False}),
        asked(browser, "DELETE", f"Users/{number}"),
    ):
        assert refused.status_code == 400
        assert "last owner" in json.loads(refused.content)["detail"]
    assert founding.has_owner()
    tenants.person("eve@shop.example", shop=["owner"])
    gone = asked(browser, "DELETE", f"Users/{number}")
    assert gone.status_code == 204


def test_a_directory_that_hands_owning_over_is_followed_and_one_that_ends_it_not(
    ada: Any, browser: Any
) -> None:
    """Whoever comes first in a group's change, the new owner is there before the old one goes."""
    from ringwall.identity import founding

    let_groups_make_owners(ada)
    member = tenants.member(ada, "shop")
    member.groups = []
    member.save()
    eve = tenants.person("eve@shop.example", shop=[])
    ids = {}
    for who in (ada, eve):
        record = {"schemas": [USER], "userName": who.email}
        ids[who.email] = json.loads(asked(browser, "POST", "Users", record).content)["id"]
    group = {"schemas": [GROUP], "displayName": "Owners"}
    made = asked(
        browser, "POST", "Groups", {**group, "members": [{"value": ids["ada@shop.example"]}]}
    )
    path = f"Groups/{json.loads(made.content)['id']}"
    for next_one, before in ((eve, ada), (ada, eve)):
        moved = {**group, "members": [{"value": ids[next_one.email]}]}
        assert asked(browser, "PUT", path, moved).status_code == 200
        assert list(founding.owners()) == [next_one]
        assert tenants.member(before, "shop").roles == []
    assert "ada@shop.example" in told()  # of the groups that did not name her yet
    assert asked(browser, "DELETE", path).status_code == 204
    assert list(founding.owners()) == [ada]
    assert told().count("ada@shop.example") == 2
