"""A key does nothing that its owner may not, also by what it leaves out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.identity import tenants
from tests.identity.provider.conftest import Register, register
from tests.identity.provider.party import Party, decoded, sign_in
from tests.identity.test_apikeys import claims, make, revoked

from ringwall.access.config import Access, RoleSettings
from ringwall.access.guarding import MACHINE
from ringwall.access.kept_out import kept_out
from ringwall.access.model import Holders
from ringwall.access.policies import read
from ringwall.access.roles import roles_in
from ringwall.identity import facts as facts_file
from ringwall.identity.facts import Facts

__all__ = ["register"]

Enforce = Callable[..., Facts]
ROLES = {
    "buyer": RoleSettings(),
    "intern": RoleSettings(),
    "trainee": RoleSettings(includes=("intern",)),
    "clerk": RoleSettings(held_by=Holders.PROVIDER),
}
INTERNS = 'forbid (principal in Role::"intern", action, resource)'
STAFF = 'permit (principal, action, resource) unless { principal in Group::"staff" }'
NORTH = 'forbid (principal in Tenant::"north", action, resource)'
ELSE = (
    "forbid (principal is User, action, resource) "
    'when { principal has email && principal.email like "*@else.example" }'
)
SCOPES = 'forbid (principal is ApiClient, action, resource) when { principal.scopes.contains("a") }'


@pytest.fixture
def enforce(state: Path, facts: Facts) -> Enforce:
    """Put these policies in force, and the roles and groups that they name."""

    def put(*policies: str) -> Facts:
        access = Access(roles=ROLES, groups=("staff", "board"))
        roles = roles_in(access)
        text = "\n".join(f'@id("p{number}") {one};' for number, one in enumerate(policies))
        found = replace(
            facts,
            roles={name: role.holders for name, role in roles.items()},
            groups=access.groups,
            kept_out=kept_out(read([(Path("policies/a.cedar"), text.encode())]), roles),
        )
        facts_file.write(state, found)
        assert facts_file.read(state) == found
        return found

    return put


@pytest.fixture
def ada(database: str, facts: Facts) -> Any:
    """A buyer of North who is a trainee there."""
    tenants.organisation("north")
    tenants.organisation("shop", kind="provider")
    return tenants.person("ada@example.com", north=["buyer", "trainee"])


@pytest.fixture
def grace(ada: Any) -> Any:
    """A clerk of the company, by its provider in the groups of the staff and the board."""
    made = tenants.person("grace@shop.example", shop=["clerk"])
    member = tenants.member(made, "shop")
    member.groups = ["board", "staff"]
    member.save()
    return made


def north() -> Any:
    from ringwall.identity.models import Organisation

    return Organisation.objects.get(slug="north")


def shop() -> Any:
    from ringwall.identity.models import Organisation

    return Organisation.objects.get(slug="shop")


def refused(facts: Facts, **wanted: Any) -> str:
    from ringwall.identity.apikeys import KeyRefusedError

    with pytest.raises(KeyRefusedError) as caught:
        make(facts, **wanted)
    return str(caught.value)


def end_due() -> int:
    from ringwall.identity import apikeys

    return apikeys.end_due(timezone.now())


def state_of(key: Any) -> str:
    from ringwall.identity import apikeys

    key.refresh_from_db()
    return apikeys.state_of(key, timezone.now())


def test_the_configuration_in_force_says_what_keeps_out() -> None:
    from ringwall.gateway.wanted import Wanted
    from ringwall.runtime.configuration import load_text
    from ringwall.runtime.current import all_sections

    begun = "version: 1\nedge: {hosts: {a.example: {}}}\naccess: {roles: {intern: {}}}\n"
    wanted = Wanted.of(load_text(begun, all_sections()))
    assert wanted.facts.kept_out == ()
    policies = read([(Path("policies/a.cedar"), f'@id("no-interns") {INTERNS};'.encode())])
    (one,) = replace(wanted, policies=policies).facts.kept_out
    assert (one.policy, one.name, one.by) == ("no-interns", "intern", ("intern",))


def test_a_key_leaves_out_no_role_that_keeps_its_owner_out(ada: Any, enforce: Enforce) -> None:
    facts = enforce(INTERNS)
    said = refused(facts, owner=ada, organisation=north(), roles=["buyer"])
    assert said == (
        "the policy p0 keeps out the role 'intern', which its owner has: give the key the role "
        "'trainee' too"
    )
    assert "p0" in refused(facts, owner=ada, organisation=north())
    made = make(facts, owner=ada, organisation=north(), roles=["buyer", "trainee"])
    assert end_due() == 0
    assert state_of(made.key) == "active"
    bob = tenants.person("bob@example.com", north=["buyer"])
    assert make(facts, owner=bob, organisation=north(), roles=["buyer"])


def test_the_page_says_what_to_tick(ada: Any, enforce: Enforce) -> None:
    from ringwall.identity.models import ApiKey

    enforce(INTERNS)
    browser = sign_in(ada)
    page = browser.post("/keys", {"name": "Export", "days": "30", "roles": ["buyer"]})
    assert "keeps out the role" in page.content.decode()
    assert ApiKey.objects.count() == 0
    browser.post("/keys", {"name": "Export", "days": "30", "roles": ["buyer", "trainee"]})
    assert ApiKey.objects.count() == 1


def test_who_audits_makes_no_key_that_does_not(ada: Any, enforce: Enforce) -> None:
    eve = tenants.person("eve@shop.example", shop=["auditor", "owner"])
    facts = enforce('forbid (principal in Role::"auditor", action in Action::"write", resource)')
    assert "'auditor'" in refused(facts, owner=eve, organisation=shop(), roles=["owner"])
    assert make(facts, owner=eve, organisation=shop(), roles=["owner", "auditor"])


def test_a_policy_of_later_lets_keys_rest_until_it_is_gone(ada: Any, enforce: Enforce) -> None:
    from ringwall.identity import apikeys
    from ringwall.identity.installed import current_mint
    from ringwall.identity.principals import api_keys

    key = make(enforce(), owner=ada, organisation=north(), roles=["buyer"]).key
    facts = enforce(INTERNS)
    assert end_due() == 0
    assert state_of(key) == "idle"
    assert "give the key the role 'trainee' too" in key.idle
    assert revoked() == (key.pk,)
    assert list(api_keys()) == []
    end_due()
    assert revoked() == (key.pk,)
    assert "p0" in sign_in(ada).get("/keys").content.decode()
    with pytest.raises(apikeys.KeyRefusedError, match="p0"):
        apikeys.rotate(
            key,
            overlap=timedelta(0),
            life=timedelta(days=1),
            facts=facts,
            mint=current_mint(),
            now=timezone.now(),
            by=MACHINE,
        )
    enforce()
    assert end_due() == 0
    assert state_of(key) == "active"
    assert revoked() == ()


def test_an_idle_key_that_is_withdrawn_does_not_come_back(ada: Any, enforce: Enforce) -> None:
    from ringwall.identity import apikeys

    key = make(enforce(), owner=ada, organisation=north(), roles=["buyer"]).key
    enforce(INTERNS)
    end_due()
    apikeys.withdraw(key, reason="a test", now=timezone.now())
    enforce()
    end_due()
    assert state_of(key) == "withdrawn"
    assert revoked() == (key.pk,)


def test_a_role_of_later_lets_keys_rest_at_once(ada: Any, enforce: Enforce) -> None:
    from ringwall.identity import membership

    bob = tenants.person("bob@example.com", north=["buyer"])
    key = make(enforce(INTERNS), owner=bob, organisation=north(), roles=["buyer"]).key
    membership.set_roles(tenants.member(bob, "north"), ["buyer", "intern"], by=MACHINE)
    assert state_of(key) == "idle"
    assert revoked() == (key.pk,)
    membership.set_roles(tenants.member(bob, "north"), ["buyer"], by=MACHINE)
    assert state_of(key) == "active"
    assert revoked() == ()


def test_a_key_carries_the_groups_that_keep_its_owner_out(
    grace: Any, enforce: Enforce, state: Path
) -> None:
    from ringwall.identity import membership
    from ringwall.identity.principals import api_keys

    made = make(enforce(STAFF), owner=grace, organisation=shop(), roles=["clerk"])
    assert made.key.groups == ["staff"]
    said = claims(made.text, state)
    assert (said["groups"], said["rw_roles"]) == (["staff"], "clerk,@staff")
    assert [one.groups for one in api_keys()] == [("staff",)]
    assert end_due() == 0
    assert state_of(made.key) == "active"
    membership.apply_groups(tenants.member(grace, "shop"), ["board"])
    assert state_of(made.key) == "idle", "a group may also permit: who has left it has less"
    membership.apply_groups(tenants.member(grace, "shop"), ["board", "staff"])
    assert state_of(made.key) == "active"


def test_a_group_of_later_lets_keys_rest_until_they_are_rotated(
    grace: Any, enforce: Enforce
) -> None:
    from ringwall.identity import apikeys, membership
    from ringwall.identity.installed import current_mint

    membership.apply_groups(tenants.member(grace, "shop"), [])
    facts = enforce(STAFF)
    key = make(facts, owner=grace, organisation=shop(), roles=["clerk"]).key
    assert key.groups == []
    membership.apply_groups(tenants.member(grace, "shop"), ["staff"])
    assert state_of(key) == "idle"
    assert "rotate" in key.idle
    made = apikeys.rotate(
        key,
        overlap=timedelta(days=7),
        life=timedelta(days=30),
        facts=facts,
        mint=current_mint(),
        now=timezone.now(),
        by=MACHINE,
    )
    assert made.key.groups == ["staff"]
    assert state_of(made.key) == "active"
    assert state_of(key) == "idle"


def test_a_key_carries_the_address_that_keeps_its_owner_out(
    ada: Any, enforce: Enforce, state: Path
) -> None:
    from ringwall.identity.models import User

    without = make(enforce(), owner=ada, organisation=north())
    assert "email" not in claims(without.text, state)
    made = make(enforce(ELSE), owner=ada, organisation=north())
    assert claims(made.text, state)["email"] == "ada@example.com"
    end_due()
    assert (state_of(without.key), state_of(made.key)) == ("idle", "active")
    User.objects.filter(pk=ada.pk).update(email="ada@else.example")
    end_due()
    assert state_of(made.key) == "idle"


def test_an_application_that_asks_for_less_is_not_let_do_more(
    ada: Any, enforce: Enforce, register: Register, facts: Facts
) -> None:
    party, browser = Party(*register(facts)), sign_in(ada)

    def address(scope: str) -> str | None:
        token = party.tokens(browser, scope=scope)["access_token"]
        found: str | None = decoded(token).get("email")
        return found

    assert address("openid email") == "ada@example.com"
    assert address("openid") is None
    enforce(ELSE)
    assert address("openid") == "ada@example.com"


def test_a_key_of_no_organisation_escapes_none(ada: Any, enforce: Enforce) -> None:
    for policy in (INTERNS, NORTH):
        assert "make a key for an organisation" in refused(enforce(policy), owner=ada)
    nobody = tenants.person("nobody@example.com")
    assert make(enforce(INTERNS, NORTH), owner=nobody)


def test_a_programs_key_leaves_out_nothing_either(
    ada: Any, enforce: Enforce, register: Register, facts: Facts
) -> None:
    program, _ = register(
        facts,
        grant_types=("client_credentials",),
        redirect_uris=(),
        scopes=("a", "b"),
        roles=("buyer", "intern"),
        organisation=north(),
    )
    known = {"client": program, "organisation": north()}
    now = enforce(INTERNS, SCOPES)
    assert "its program has" in refused(now, **known, roles=["buyer"], scopes=["a"])
    assert "scope 'a'" in refused(now, **known, roles=["buyer", "intern"], scopes=["b"])
    made = make(now, **known, roles=["intern"], scopes=["a"])
    assert end_due() == 0
    assert state_of(made.key) == "active"
