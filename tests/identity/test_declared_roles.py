"""Declared roles and groups: what may be given, and what of it tokens, services and people see."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.identity import tenants
from tests.identity.commanding import told as typed
from tests.identity.provider.conftest import register
from tests.identity.provider.party import TOKEN, Party, decoded, sign_in
from tests.identity.test_organisations_pages import act_as

from ringwall.access.built_in import PROVIDER_ROLES
from ringwall.access.config import Access, RoleSettings
from ringwall.access.guarding import MACHINE
from ringwall.access.model import Holders
from ringwall.access.roles import roles_in
from ringwall.identity import facts as facts_file
from ringwall.identity.facts import Facts

__all__ = ["register"]

NORTH = "north.shop.localhost"
SHOP = "shop.localhost"
DECLARED = {
    "buyer": RoleSettings(),
    "clerk": RoleSettings(),
    "reader": RoleSettings(held_by=Holders.ANYONE),
    "support": RoleSettings(held_by=Holders.PROVIDER, includes=("reader",)),
}
Declare = Callable[..., Facts]


@pytest.fixture
def declare(state: Path, facts: Facts) -> Declare:
    """Put a configuration in force that declares these roles, and groups."""

    def put(*names: str, groups: tuple[str, ...] = ()) -> Facts:
        access = Access(roles={name: DECLARED[name] for name in names}, groups=groups)
        holders = {name: role.holders for name, role in roles_in(access).items()}
        found = replace(facts, roles=holders, groups=groups)
        facts_file.write(state, found)
        assert facts_file.read(state) == found
        return found

    return put


@pytest.fixture
def company(database: str, facts: Facts) -> Any:
    """The Shop, and North as a customer with Ada, a buyer; Grace is of the Shop."""
    shop = tenants.organisation("shop", kind="provider")
    tenants.organisation("north")
    tenants.person("ada@example.com", north=["administrator", "buyer"])
    tenants.person("grace@example.com", shop=["operator"])
    return shop


def of(email: str, slug: str) -> Any:
    from ringwall.identity.models import User

    return tenants.member(User.objects.get(email=email), slug)


def test_identity_is_told_what_the_configuration_declares() -> None:
    from ringwall.gateway.wanted import Wanted
    from ringwall.runtime.configuration import load_text
    from ringwall.runtime.current import all_sections

    begun = "version: 1\nedge: {hosts: {a.example: {}}}\n"
    nothing = Wanted.of(load_text(begun, all_sections())).facts
    assert (dict(nothing.roles), nothing.groups) == ({}, ())
    assert nothing.roles_for("customer") is None
    declared = "access: {roles: {clerk: {}, all: {held_by: anyone}}, groups: [on-call]}\n"
    facts = Wanted.of(load_text(begun + declared, all_sections())).facts
    assert facts.roles_for("customer") == frozenset({"administrator", "all", "clerk"})
    assert facts.roles_for("provider") == frozenset({"all", *PROVIDER_ROLES})
    assert facts.groups == ("on-call",)


def test_only_declared_roles_are_given(company: Any, declare: Declare) -> None:
    from ringwall.identity import invitations, membership

    ada, grace = of("ada@example.com", "north"), of("grace@example.com", "shop")
    membership.set_roles(ada, ["administrator", "whatever"], by=MACHINE)
    declare(*DECLARED)
    membership.set_roles(ada, ["administrator", "clerk", "reader"], by=MACHINE)
    membership.set_roles(grace, ["operator", "support", "reader"], by=MACHINE)
    with pytest.raises(ValueError, match=r'no role "clrk" in North.*; did you mean "clerk"\?$'):
        membership.set_roles(ada, ["administrator", "clrk"], by=MACHINE)
    with pytest.raises(ValueError, match='"support" is a role of the company\'s own people'):
        membership.set_roles(ada, ["administrator", "support"], by=MACHINE)
    with pytest.raises(ValueError, match='"owner" is a role of the company\'s own people'):
        invitations.invite(ada.organisation, "x@example.com", ["owner"], by=MACHINE)
    with pytest.raises(ValueError, match='"clerk" is a role of customers, not of Shop'):
        membership.set_roles(grace, ["clerk"], by=MACHINE)
    assert of("ada@example.com", "north").roles == ["administrator", "clerk", "reader"]


def test_programs_are_given_them_too_and_nothing_else(
    company: Any, declare: Declare, register: Any
) -> None:
    from ringwall.identity import clients
    from ringwall.identity.models import Organisation

    facts = declare(*DECLARED)
    north = Organisation.objects.get(slug="north")
    made, _ = register(facts, organisation=north, roles=["clerk"])
    assert made.roles == ["clerk"]
    assert register(facts, organisation=None, roles=["support"])[0].roles == ["support"]
    for organisation, role in ((north, "support"), (north, "nobody"), (None, "clerk")):
        with pytest.raises(clients.ClientError, match=role):
            register(facts, organisation=organisation, roles=[role])


def test_groups_are_mapped_to_declared_roles_only(company: Any, declare: Declare) -> None:
    from ringwall.identity.models import Organisation
    from ringwall.identity.sso import connections

    declare(*DECLARED)
    north = Organisation.objects.get(slug="north")
    connections.map_group(north, "Finance", "clerk", by=MACHINE)
    with pytest.raises(ValueError, match="support"):
        connections.map_group(north, "Helpdesk", "support", by=MACHINE)


def test_what_is_declared_no_more_gets_into_no_token_and_comes_back(
    company: Any, declare: Declare
) -> None:
    session = tenants.session(of("ada@example.com", "north").user, "north")
    facts = declare("clerk")
    cookie = tenants.entered(session, facts, NORTH).cookie
    said = tenants.told(cookie)
    assert said["roles"] == ["administrator"]
    assert said["rw_roles"] == "administrator"
    assert decoded(said["rw_assertion"])["roles"] == ["administrator"]
    facts = declare("clerk", "buyer")
    again = tenants.entered(tenants.session(session.user, "north", key="b"), facts, NORTH).cookie
    assert tenants.told(again)["rw_roles"] == "administrator,buyer"


def test_a_customer_never_has_a_role_of_the_company_in_a_token(
    company: Any, declare: Declare
) -> None:
    from ringwall.identity.models import Membership

    member = of("ada@example.com", "north")
    Membership.objects.filter(pk=member.pk).update(roles=["buyer", "owner", "support", "reader"])
    cookie = tenants.entered(
        tenants.session(member.user, "north"), declare(*DECLARED), NORTH
    ).cookie
    assert tenants.told(cookie)["roles"] == ["buyer", "reader"]


def test_tokens_of_applications_say_no_more(company: Any, declare: Declare, register: Any) -> None:
    from ringwall.identity.models import Organisation

    facts = declare(*DECLARED)
    north = Organisation.objects.get(slug="north")
    itself = Party(
        *register(
            facts,
            grant_types=("client_credentials",),
            scopes=("orders:read",),
            redirect_uris=(),
            organisation=north,
            roles=["clerk", "reader"],
        )
    )
    declare("reader")
    answer = itself.post(TOKEN, {"grant_type": "client_credentials", "scope": "orders:read"})
    assert decoded(answer.json()["access_token"])["roles"] == ["reader"]
    for_ada = Party(*register(facts)).tokens(sign_in(of("ada@example.com", "north").user))
    assert decoded(for_ada["access_token"])["roles"] == ["administrator"]
    assert decoded(for_ada["id_token"])["roles"] == ["administrator"]


def test_keys_of_roles_that_are_declared_no_more_are_withdrawn(
    company: Any, declare: Declare
) -> None:
    from ringwall.identity import apikeys
    from ringwall.identity.installed import current_mint

    member, now = of("ada@example.com", "north"), timezone.now()

    def make(role: str, facts: Facts) -> Any:
        wanted = apikeys.Wanted(
            name="Export",
            expires=now + timedelta(days=9),
            owner=member.user,
            organisation=member.organisation,
            roles=[role],
        )
        return apikeys.make(wanted, facts=facts, mint=current_mint(), now=now, by=MACHINE).key

    facts = declare("buyer", "clerk")
    lasting, going = make("administrator", facts), make("buyer", facts)
    assert apikeys.end_due(now) == 0
    facts = declare("clerk")
    with pytest.raises(apikeys.KeyRefusedError, match=r"buyer.*access.roles"):
        make("buyer", facts)
    with pytest.raises(apikeys.KeyRefusedError, match="buyer"):
        apikeys.rotate(
            going,
            overlap=timedelta(0),
            life=timedelta(days=1),
            facts=facts,
            mint=current_mint(),
            now=now,
            by=MACHINE,
        )
    assert apikeys.end_due(now) == 1
    lasting.refresh_from_db()
    going.refresh_from_db()
    assert (lasting.revoked, going.revoked is not None) == (None, True)


def test_tokens_made_when_other_roles_were_declared_are_called_back_once(
    company: Any, declare: Declare, state: Path, facts: Facts
) -> None:
    from ringwall.identity import redeclaring
    from ringwall.identity.models import Membership

    redeclaring.follow(state, facts)
    ada, grace = of("ada@example.com", "north"), of("grace@example.com", "shop")
    Membership.objects.filter(pk=ada.pk).update(roles=["support"])
    hers = tenants.entered(tenants.session(ada.user, "north"), facts, NORTH).cookie
    other = tenants.entered(tenants.session(grace.user, "shop"), facts, SHOP).cookie
    assert tenants.told(hers)["roles"] == ["support"]
    assert redeclaring.follow(state, facts) == 0
    facts = declare("support")
    assert redeclaring.follow(state, facts) == 1
    assert not tenants.is_accepted(hers)
    assert tenants.is_accepted(other)
    hers = tenants.renewed(hers, facts, NORTH)
    assert "roles" not in tenants.told(hers)
    assert redeclaring.follow(state, facts) == 0
    assert redeclaring.follow(state, declare("support", "buyer")) == 0
    assert tenants.is_accepted(hers)


def test_who_was_invited_before_comes_in_without_what_is_gone(
    company: Any, declare: Declare
) -> None:
    from ringwall.identity import invitations
    from ringwall.identity.models import Organisation

    declare("buyer", "clerk")
    eve = tenants.person("eve@example.com")
    north = Organisation.objects.get(slug="north")
    _, link = invitations.invite(north, "eve@example.com", ["buyer", "clerk"], by=MACHINE)
    declare("clerk")
    made = invitations.take(link.rstrip("/").rpartition("/")[2], eve)
    assert made is not None
    assert made.roles == ["clerk"]


def test_people_and_commands_see_what_has_no_effect(
    company: Any,
    declare: Declare,
    browser: Any,
    state: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    declare("clerk")
    act_as(browser, "ada@example.com")
    page = browser.get("/organisations/north/").content.decode()
    assert "the company declares no such role: buyer" in page
    form = browser.get("/organisations/north/invitations").content.decode()
    assert "Such as administrator, clerk." in form
    (state / "ringwall.yaml").write_text("version: 1\n")
    code, told, _ = typed(capsys, state, "member", "list", "north")
    assert code == 0
    assert told[0]["without_effect"] == ["buyer"]
    code, told, _ = typed(capsys, state, "user", "show", "ada@example.com")
    assert told["without_effect"] == {"north": ["buyer"]}
    code, _, said = typed(capsys, state, "member", "roles", "north", "ada@example.com", "--role=x")
    assert code != 0
    assert "access.roles in ringwall.yaml" in said


def test_declared_groups_of_the_companys_people_travel_with_their_roles(
    company: Any, declare: Declare
) -> None:
    from ringwall.identity import membership

    facts = declare("support", groups=("Engineering Team", "on-call"))
    grace = of("grace@example.com", "shop")
    membership.apply_groups(grace, ["on-call", "Engineering Team", "secret", "operator"])
    cookie = tenants.entered(tenants.session(grace.user, "shop"), facts, SHOP).cookie
    said = tenants.told(cookie)
    assert said["roles"] == ["operator"]
    assert said["groups"] == ["Engineering Team", "on-call"]
    assert said["rw_roles"] == "operator,@Engineering Team,@on-call"
    assert decoded(said["rw_assertion"])["groups"] == said["groups"]
    membership.apply_groups(grace, ["on-call", "Engineering Team", "other"])
    assert tenants.is_accepted(cookie)
    membership.apply_groups(grace, ["Engineering Team"])
    assert not tenants.is_accepted(cookie)
    assert tenants.told(tenants.renewed(cookie, facts, SHOP))["groups"] == ["Engineering Team"]


def test_a_customers_provider_names_no_group_of_the_company(company: Any, declare: Declare) -> None:
    from ringwall.identity import membership

    facts = declare("buyer", groups=("engineering",))
    ada = of("ada@example.com", "north")
    membership.apply_groups(ada, ["engineering"])
    said = tenants.told(tenants.entered(tenants.session(ada.user, "north"), facts, NORTH).cookie)
    assert "groups" not in said
    assert said["rw_roles"] == "administrator,buyer"


def test_groups_of_the_companys_directory_count_from_the_moment_they_change(
    company: Any, declare: Declare, browser: Any
) -> None:
    from tests.identity.scim.test_scim import GROUP, USER, asking

    from ringwall.identity.models import Domain

    facts = declare("support", groups=("engineering",))
    Domain.objects.create(organisation=company, name="example.com", verified=timezone.now())
    ask = asking(browser, "shop")
    user = ask("POST", "Users", {"schemas": [USER], "userName": "grace@example.com"}).told["id"]
    grace = of("grace@example.com", "shop").user
    cookie = tenants.entered(tenants.session(grace, "shop"), facts, SHOP).cookie
    assert "groups" not in tenants.told(cookie)
    body = {"schemas": [GROUP], "displayName": "engineering", "members": [{"value": user}]}
    group = ask("POST", "Groups", body).told["id"]
    assert not tenants.is_accepted(cookie)
    cookie = tenants.renewed(cookie, facts, SHOP)
    assert tenants.told(cookie)["groups"] == ["engineering"]
    ask("PUT", f"Groups/{group}", {**body, "displayName": "others"})
    assert not tenants.is_accepted(cookie)
    cookie = tenants.renewed(cookie, facts, SHOP)
    assert "groups" not in tenants.told(cookie)
    ask("DELETE", f"Groups/{group}")
    assert tenants.is_accepted(cookie)
