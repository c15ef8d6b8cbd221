"""Members: who may make whom what, and how soon the edge knows."""

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
    """Ada, a buyer in North and a reader in South; the company is the Shop."""
    tenants.organisation("shop", kind="provider")
    for slug in ("north", "south"):
        tenants.organisation(slug)
    return tenants.person("ada@example.com", north=["buyer"], south=["reader"])


def test_new_roles_hold_at_once_and_nobody_signs_in_again(ada: Any, facts: Facts) -> None:
    from ringwall.identity import membership

    session = tenants.session(ada, "north")
    cookie = tenants.entered(session, facts, NORTH).cookie
    elsewhere = tenants.entered(tenants.session(ada, "south", key="b"), facts, SHOP).cookie
    membership.set_roles(tenants.member(ada, "north"), ["approver"], by=MACHINE)
    assert not tenants.is_accepted(cookie)
    assert tenants.is_accepted(elsewhere)
    after = tenants.renewed(cookie, facts, NORTH)
    assert tenants.told(after)["roles"] == ["approver"]
    assert tenants.is_accepted(after)
    session.refresh_from_db()
    assert session.ended is None


def test_the_same_roles_call_nothing_back(ada: Any, facts: Facts) -> None:
    from ringwall.identity import membership

    cookie = tenants.entered(tenants.session(ada, "north"), facts, NORTH).cookie
    membership.set_roles(tenants.member(ada, "north"), ["buyer", " buyer "], by=MACHINE)
    assert tenants.is_accepted(cookie)


def test_a_session_that_ends_later_takes_its_last_turn_along(ada: Any, facts: Facts) -> None:
    from ringwall.identity import membership, sessions

    stale = tenants.session(ada, "north")
    cookie = tenants.entered(stale, facts, NORTH).cookie
    membership.set_roles(tenants.member(ada, "north"), ["approver"], by=MACHINE)
    after = tenants.renewed(cookie, facts, NORTH)
    sessions.end(stale, reason="a test")
    assert not tenants.is_accepted(after)


def test_a_removed_member_is_out_everywhere_there_and_nowhere_else(ada: Any, facts: Facts) -> None:
    from ringwall.identity import membership, visits

    session = tenants.session(ada, "north")
    cookie = tenants.entered(session, facts, NORTH).cookie
    open_host = tenants.entered(session, facts, SHOP).cookie
    membership.remove(tenants.member(ada, "north"), by=MACHINE)
    assert not tenants.is_accepted(cookie)
    assert not tenants.is_accepted(open_host)
    assert tenants.renewed(cookie, facts, NORTH) is None
    session.refresh_from_db()
    with pytest.raises(visits.NotAMemberError):
        tenants.entered(session, facts, NORTH)
    assert tenants.told(tenants.entered(session, facts, SHOP).cookie)["tenant"] == "south"


def test_a_code_on_its_way_is_worth_nothing_after_removal(ada: Any, facts: Facts) -> None:
    from ringwall.identity import membership, visits
    from ringwall.identity.installed import current_mint

    session = tenants.session(ada, "south")
    target = f"https://{NORTH}:{facts.port}/"
    url = visits.open_entry(session, target=target, state="s", facts=facts)
    membership.remove(tenants.member(ada, "north"), by=MACHINE)
    code = url.rpartition("=")[2]
    authority = f"{NORTH}:{facts.port}"
    mint = current_mint()
    assert visits.take_entry(code, state="s", authority=authority, facts=facts, mint=mint) is None


def test_keys_do_not_outlive_the_roles_of_their_owner(ada: Any, facts: Facts) -> None:
    from ringwall.identity import membership, revocations
    from ringwall.identity.models import ApiKey

    north = tenants.member(ada, "north").organisation
    until = timezone.now() + timedelta(days=90)
    keys = [
        ApiKey.objects.create(name="k", organisation=north, owner=ada, roles=roles, expires=until)
        for roles in ([], ["buyer"])
    ]
    membership.set_roles(tenants.member(ada, "north"), ["reader"], by=MACHINE)
    assert revocations.live(timezone.now())["session"] == (keys[1].pk,)
    membership.remove(tenants.member(ada, "north"), by=MACHINE)
    assert set(revocations.live(timezone.now())["session"]) == {key.pk for key in keys}


@pytest.mark.parametrize(
    "role", ["", " ", "Buyer", "a,b", "a b", "ä", "x" * 65, "-a", "a\n", "administrator,owner"]
)
def test_what_cannot_be_a_role(ada: Any, facts: Facts, role: str) -> None:
    from ringwall.identity.authority import parse_roles

    north = tenants.member(ada, "north").organisation
    if not role.strip():
        assert parse_roles([role], north) == []
    elif role == "a\n":
        assert parse_roles([role], north) == ["a"]
    else:
        with pytest.raises(ValueError, match="cannot be a role"):
            parse_roles([role], north)


def test_the_company_knows_its_roles(ada: Any, facts: Facts) -> None:
    from ringwall.identity import membership, organisations

    with pytest.raises(ValueError, match="there is no role"):
        membership.add(
            organisations.find("shop"), ada, ["administrator"], source="command", by=MACHINE
        )


def test_who_may_change_whom(ada: Any, facts: Facts) -> None:
    from ringwall.identity import membership

    boss = tenants.person("boss@example.com", north=["administrator"])
    stranger = tenants.person("stranger@example.com", south=["administrator"])
    owner = tenants.person("owner@example.com", shop=["owner"])
    operator = tenants.person("op@example.com", shop=["operator"])
    for by in (ada, stranger, operator):
        with pytest.raises(PermissionError):
            membership.set_roles(tenants.member(ada, "north"), ["administrator"], by=by)
        with pytest.raises(PermissionError):
            membership.remove(tenants.member(boss, "north"), by=by)
    membership.set_roles(tenants.member(ada, "north"), ["approver"], by=boss)
    membership.set_roles(tenants.member(ada, "north"), ["buyer"], by=owner)
    assert tenants.member(ada, "north").roles == ["buyer"]


def test_only_owners_make_and_unmake_owners(ada: Any, facts: Facts) -> None:
    from ringwall.identity import membership

    owner = tenants.person("owner@example.com", shop=["owner"])
    security = tenants.person("sec@example.com", shop=["security-administrator"])
    with pytest.raises(PermissionError):
        membership.set_roles(tenants.member(security, "shop"), ["owner"], by=security)
    with pytest.raises(PermissionError):
        membership.remove(tenants.member(owner, "shop"), by=security)
    membership.set_roles(tenants.member(security, "shop"), ["owner"], by=owner)
    membership.remove(tenants.member(owner, "shop"), by=security)


def test_only_owners_make_and_unmake_owners_by_way_of_auditing(ada: Any, facts: Facts) -> None:
    """Auditors change nothing: who is given that role is no owner any more, and the other way."""
    from ringwall.identity import membership

    tenants.person("boss@example.com", shop=["owner"])
    owner = tenants.person("owner@example.com", shop=["owner"])
    audited = tenants.person("audited@example.com", shop=["owner", "auditor"])
    security = tenants.person("sec@example.com", shop=["security-administrator"])
    with pytest.raises(PermissionError):
        membership.set_roles(tenants.member(owner, "shop"), ["owner", "auditor"], by=security)
    with pytest.raises(PermissionError):
        membership.set_roles(tenants.member(audited, "shop"), ["owner"], by=security)
    membership.set_roles(tenants.member(audited, "shop"), ["owner"], by=owner)
    membership.set_roles(tenants.member(audited, "shop"), ["owner", "auditor"], by=owner)
    membership.set_roles(
        tenants.member(audited, "shop"), ["owner", "auditor", "member"], by=security
    )


def test_the_last_one_who_can_manage_stays(ada: Any, facts: Facts) -> None:
    from ringwall.identity import membership

    boss = tenants.person("boss@example.com", north=["administrator"])
    with pytest.raises(ValueError, match="last administrator"):
        membership.remove(tenants.member(boss, "north"), by=boss)
    with pytest.raises(ValueError, match="last administrator"):
        membership.set_roles(tenants.member(boss, "north"), ["buyer"], by=boss)
    with pytest.raises(ValueError, match="last administrator"):
        membership.set_active(tenants.member(boss, "north"), active=False, reason="scim")
    membership.set_roles(tenants.member(ada, "north"), ["administrator"], by=MACHINE)
    membership.remove(tenants.member(boss, "north"), by=boss)


def test_roles_follow_groups_and_gifts_stay(ada: Any, facts: Facts) -> None:
    from ringwall.identity import membership
    from ringwall.identity.models import GroupMapping

    member = tenants.member(ada, "north")
    for group, role in (("Finance", "approver"), ("All", "buyer")):
        GroupMapping.objects.create(organisation=member.organisation, group=group, role=role)
    elsewhere = tenants.member(ada, "south").organisation
    GroupMapping.objects.create(organisation=elsewhere, group="Finance", role="administrator")
    membership.apply_groups(member, ["Finance", "All", "Unknown"])
    assert tenants.member(ada, "north").roles == ["approver", "buyer"]
    membership.apply_groups(tenants.member(ada, "north"), [])
    assert tenants.member(ada, "north").roles == ["buyer"]
    assert tenants.member(ada, "south").roles == ["reader"]


def test_what_groups_give_is_handed_out_only_by_who_may(ada: Any, facts: Facts) -> None:
    """Else who may not make owners would keep one whom the directory makes owner no more."""
    from ringwall.identity import membership
    from ringwall.identity.models import GroupMapping

    boss = tenants.person("boss@example.com", shop=["owner"])
    lead = tenants.person("lead@example.com", shop=["member"])
    security = tenants.person("sec@example.com", shop=["security-administrator"])
    shop = tenants.member(boss, "shop").organisation
    GroupMapping.objects.create(organisation=shop, group="Leads", role="owner")
    membership.apply_groups(tenants.member(lead, "shop"), ["Leads"])
    with pytest.raises(PermissionError):
        membership.set_roles(tenants.member(lead, "shop"), ["member", "owner"], by=security)
    membership.set_roles(tenants.member(lead, "shop"), ["developer"], by=security)
    kept = tenants.member(lead, "shop")
    assert (kept.roles, kept.from_groups) == (["developer", "owner"], ["owner"])
    with pytest.raises(PermissionError):
        membership.set_roles(kept, ["auditor"], by=security)
    membership.apply_groups(kept, [])
    assert tenants.member(lead, "shop").roles == ["developer"]


def test_the_last_one_who_can_manage_is_not_left_to_groups(ada: Any, facts: Facts) -> None:
    from ringwall.identity import membership
    from ringwall.identity.models import GroupMapping

    member = tenants.member(tenants.person("boss@example.com", north=[]), "north")
    GroupMapping.objects.create(
        organisation=member.organisation, group="Leads", role="administrator"
    )
    membership.apply_groups(member, ["Leads"])
    membership.set_roles(member, ["reader"], by=MACHINE)
    assert member.roles == ["administrator", "reader"]
    membership.set_roles(member, ["administrator", "reader"], by=MACHINE)
    assert member.from_groups == []
    with pytest.raises(ValueError, match="last administrator"):
        membership.set_roles(member, ["reader"], by=MACHINE)


def test_switching_moves_hosts_without_a_tenant_and_asks_for_that_ones_factor(
    ada: Any, facts: Facts
) -> None:
    from ringwall.identity import membership

    session = tenants.session(ada, "north", acr="single")
    cookie = tenants.entered(session, facts, SHOP).cookie
    south = tenants.member(ada, "south").organisation
    south.second_factor = "required"
    south.save()
    refused = membership.switch(session, "south")
    assert refused is not None
    assert refused.factor == "mfa"
    assert tenants.is_accepted(cookie)
    session.acr = "mfa"
    session.save()
    assert membership.switch(session, "south") is None
    assert not tenants.is_accepted(cookie)
    after = tenants.renewed(cookie, facts, SHOP)
    assert (tenants.told(after)["tenant"], tenants.told(after)["roles"]) == ("south", ["reader"])
    with pytest.raises(LookupError):
        membership.switch(session, "shop")


def test_a_program_that_acts_for_somebody_learns_of_it_too(ada: Any, facts: Facts) -> None:
    """Its access token names the session, whoever holds it and however short tokens are."""
    from dataclasses import replace

    from allauth.idp.oidc.models import Client

    from ringwall.identity import facts as facts_file
    from ringwall.identity import membership, revocations
    from ringwall.identity.models import Grant
    from ringwall.runtime.current import current_installation

    settings = facts.settings.model_copy(update={"token_lifetime": 30.0})
    facts_file.write(current_installation().state, replace(facts, settings=settings))
    session = tenants.session(ada, "south")
    now = timezone.now()
    Grant.objects.create(
        client=Client.objects.create(id="c", name="C"),
        user=ada,
        session=session,
        organisation=tenants.member(ada, "north").organisation,
        auth_time=now,
        acr="mfa",
        expires=now + timedelta(days=1),
    )
    membership.set_roles(tenants.member(ada, "north"), ["approver"], by=MACHINE)
    assert revocations.live(now + timedelta(seconds=299))["session"] == (session.pk,)
