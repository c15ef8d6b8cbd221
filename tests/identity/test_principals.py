"""Everyone who can ask, told for the commands of access as their tokens tell it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.identity import tenants
from tests.identity.provider.conftest import register
from tests.identity.test_declared_roles import SHOP, company, declare

from ringwall.access.guarding import MACHINE
from ringwall.core.principals import Principal, PrincipalKind
from ringwall.identity.facts import Facts
from ringwall.runtime.discovery import modules

__all__ = ["company", "declare", "register"]


def north() -> Any:
    from ringwall.identity.models import Organisation

    return Organisation.objects.get(slug="north")


def key_of(facts: Facts, **more: Any) -> Any:
    from ringwall.identity import apikeys
    from ringwall.identity.installed import current_mint

    now = timezone.now()
    wanted = apikeys.Wanted(**{"name": "Export", "expires": now + timedelta(days=9), **more})
    return apikeys.make(wanted, facts=facts, mint=current_mint(), now=now, by=MACHINE).key


def test_discovery_finds_whoever_knows_principals(company: Any) -> None:
    (found,) = modules("principals")
    names = {(one.name, one.tenant) for one in found.everyone()}
    assert names == {("Ada", "north"), ("Grace", "shop")}


def test_people_are_there_for_each_organisation_with_what_has_effect(
    company: Any, declare: Any
) -> None:
    from ringwall.identity import membership, principals

    facts = declare("clerk", "support", groups=("engineering", "on-call"))
    both = tenants.person("both@example.com", north=["clerk", "gone"], shop=["auditor", "support"])
    for slug in ("north", "shop"):
        membership.apply_groups(tenants.member(both, slug), ["engineering", "others"])
    in_north, in_shop = principals.find(" Both@Example.com ")
    assert in_north == Principal(
        kind=PrincipalKind.USER,
        id=both.subject,
        name="Both",
        email="both@example.com",
        tenant="north",
        tenant_kind="customer",
        roles=("clerk",),
    )
    assert in_shop == replace(
        in_north,
        tenant="shop",
        tenant_kind="provider",
        roles=("auditor", "support"),
        groups=("engineering",),
    )
    assert principals.find(both.subject) == (in_north, in_shop)
    said = tenants.told(tenants.entered(tenants.session(both, "shop"), facts, SHOP).cookie)
    assert (said["sub"], tuple(said["roles"]), tuple(said["groups"])) == (
        in_shop.id,
        in_shop.roles,
        in_shop.groups,
    )


def test_groups_of_the_directory_count_as_in_tokens(company: Any, declare: Any) -> None:
    from ringwall.identity import effective, principals
    from ringwall.identity.models import Group, ProvisionedUser, User

    facts = declare("support", groups=("engineering",))
    grace = tenants.member(User.objects.get(email="grace@example.com"), "shop")
    row = ProvisionedUser.objects.create(organisation=company, user_name="g", membership=grace)
    for name in ("engineering", "others"):
        Group.objects.create(organisation=company, name=name).members.add(row)
    (found,) = principals.find("grace@example.com")
    assert found.groups == effective.groups(grace, facts) == ("engineering",)


def test_who_cannot_come_in_is_not_there(company: Any, declare: Any, register: Any) -> None:
    from ringwall.identity import apikeys, clients, organisations, principals, sessions
    from ringwall.identity.models import User

    facts = declare("clerk")
    alone = tenants.person("alone@example.com")
    assert principals.find("alone@example.com") == (
        Principal(
            kind=PrincipalKind.USER, id=alone.subject, name="Alone", email="alone@example.com"
        ),
    )
    client, _ = register(facts, organisation=north(), roles=["clerk"])
    ada = User.objects.get(email="ada@example.com")
    hers = key_of(facts, owner=ada, organisation=north())
    withdrawn = key_of(facts, owner=ada, organisation=north())
    apikeys.withdraw(withdrawn, reason="a test", now=timezone.now())
    assert {one.key for one in principals.api_keys()} == {hers.pk}
    organisations.suspend(north(), reason="a test", by=MACHINE)
    assert {(one.id, one.tenant) for one in principals.everyone()} == {
        (alone.subject, None),
        (ada.subject, None),
        (User.objects.get(email="grace@example.com").subject, "shop"),
    }
    organisations.restore(north(), by=MACHINE)
    sessions.disable(ada, reason="a test")
    clients.disable(client, reason="a test", by=MACHINE)
    assert {one.id for one in principals.everyone()} == {
        alone.subject,
        User.objects.get(email="grace@example.com").subject,
    }
    assert principals.find("nobody@example.com") == ()


def test_clients_and_keys_ask_with_their_own_roles_and_scopes(
    company: Any, declare: Any, register: Any
) -> None:
    from ringwall.identity import principals
    from ringwall.identity.models import User

    facts = declare("clerk", "reader")
    ada = User.objects.get(email="ada@example.com")
    app, _ = register(facts, name="Ledger", scopes=("openid", "orders:read"))
    itself, _ = register(
        facts,
        name="Import",
        grant_types=("client_credentials",),
        scopes=("orders:write", "orders:read"),
        redirect_uris=(),
        organisation=north(),
        roles=["clerk"],
    )
    (ledger,) = principals.find("Ledger")
    assert (ledger.id, ledger.tenant, ledger.is_by_itself) == (app.pk, None, False)
    (found,) = principals.find(itself.pk)
    assert found == Principal(
        kind=PrincipalKind.CLIENT,
        id=itself.pk,
        name="Import",
        tenant="north",
        tenant_kind="customer",
        roles=("clerk",),
        scopes=tuple(itself.client.get_scopes()),
    )
    assert set(found.scopes or ()) == {"orders:read", "orders:write"}
    theirs = key_of(facts, client=itself, organisation=north(), scopes=["orders:read"])
    assert principals.find(theirs.pk) == (
        replace(found, name="Export", roles=(), scopes=("orders:read",), key=theirs.pk),
    )
    hers = key_of(facts, owner=ada, organisation=north(), roles=["administrator"])
    (key,) = principals.find(hers.pk)
    assert (key.kind, key.id, key.roles) == (PrincipalKind.USER, ada.subject, ("administrator",))
    assert (key.email, key.scopes, key.key) == (None, None, hers.pk)


@pytest.mark.parametrize("many", [2500])
def test_any_number_is_told_in_order_by_few_questions(company: Any, many: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from ringwall.identity import principals
    from ringwall.identity.models import Membership, User

    made = User.objects.bulk_create(
        User(email=f"p{n:05}@example.com", name=f"P{n}") for n in range(many)
    )
    place = north()
    Membership.objects.bulk_create(
        Membership(user=one, organisation=place, roles=["buyer"]) for one in made
    )
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = list(principals.people())
    assert len(found) == many + 2
    assert [one.email for one in found] == sorted(str(one.email) for one in found)
    assert len(asked) <= 1 + 2 * (many // 1000 + 1)
