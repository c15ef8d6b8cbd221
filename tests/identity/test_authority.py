"""Who may do what in Ringwall itself: every role of its own, everywhere, one by one.

What the engine says of people and organisations in tables is held to a table written by hand here.
"""

from itertools import product
from typing import Any, Final

import pytest
from tests.identity import tenants

from ringwall.access.actions import Action
from ringwall.access.built_in import BUILT_IN, OWNER
from ringwall.access.guarding import COMPANY
from ringwall.identity.facts import Facts

ANY_ROLE = ("buyer",)
PLACES = ("north", "south", "shop", "asleep")
GRANTED = (OWNER, "operator", "administrator", "buyer")
MANAGERS = {"owner", "security-administrator"}
POWERS = {"owner", "security-administrator", "operator", "auditor", "developer"}

SEEN: Final = (Action.MEMBERS_SEE, Action.CONNECTIONS_SEE, Action.RULES_SEE)
OF_COMPANY: Final[dict[Action, set[str]]] = {
    Action.MAIL_READ: {"owner"},
    Action.OUTBOX_SEE: {"owner", "security-administrator", "operator", "auditor"},
    Action.OUTBOX_RESEND: {"owner", "operator"},
    Action.CONFIGURATION_APPLY: {"owner", "operator"},
    Action.PEOPLE_SEE: {"owner", "security-administrator", "auditor"},
    Action.PEOPLE_DISABLE: {"owner", "security-administrator"},
    Action.ORGANISATIONS_MAKE: {"owner", "security-administrator"},
    Action.POLICIES_SEE: {"owner", "security-administrator", "auditor", "developer"},
}


@pytest.fixture
def places(database: str, facts: Facts) -> dict[str, Any]:
    """The Shop is the company; North, South and one that is suspended are customers."""
    from django.utils import timezone

    found = {slug: tenants.organisation(slug) for slug in ("north", "south")}
    found["shop"] = tenants.organisation("shop", kind="provider")
    found["asleep"] = tenants.organisation("asleep", suspended=timezone.now())
    return found


def manages(role: str, home: str, place: str) -> bool:
    """What is written down of it: the rule, in other words than the policies'."""
    if home == "shop":
        return role in MANAGERS
    return role == "administrator" and home == place and place in {"north", "south"}


def grants(role: str, home: str, place: str, granted: str) -> bool:
    """Who gives others a role that they have not themselves."""
    if not manages(role, home, place):
        return False
    if granted == OWNER and role != OWNER:
        return False
    return place == "shop" or granted not in POWERS


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no matter of tables
def test_every_role_may_what_is_written_of_it_and_nothing_else(places: dict[str, Any]) -> None:
    from ringwall.identity import asking

    walked = 0
    for role, home in product((*BUILT_IN, *ANY_ROLE), PLACES):
        given: dict[str, Any] = {home: [role]}
        user = tenants.person(f"{role}-{home}@example.com", **given)
        in_company = role if home == "shop" else ""
        for action, roles in OF_COMPANY.items():
            expected = in_company in roles
            assert asking.may(user, action, COMPANY).allowed == expected, (role, home, action)
        for place, action in product(PLACES, SEEN):
            expected = manages(role, home, place) or in_company == "auditor"
            asked_of = (role, home, place, action)
            assert asking.may(user, action, places[place]).allowed == expected, asked_of
        for place, granted in product(PLACES, GRANTED):
            about = (role, home, place, granted)
            changes = asking.may(user, Action.RULES_CHANGE, places[place]).allowed
            assert changes == manages(role, home, place), about
            for action in (Action.ROLES_GRANT, Action.MEMBERS_INVITE):
                asked = asking.may(user, action, places[place], roles=[granted]).allowed
                assert asked == grants(role, home, place, granted), about
            walked += 1
    assert walked == 9 * 4 * 4 * 4


@pytest.mark.parametrize("why", ["nobody", "disabled", "at rest"])
def test_who_is_not_there_may_nothing(places: dict[str, Any], why: str) -> None:
    from ringwall.identity import asking, authority

    user = tenants.person("owner@example.com", shop=["owner"], north=["administrator"])
    if why == "disabled":
        user.is_active = False
        user.save()
    user.memberships.update(active=why != "at rest")
    asked = None if why == "nobody" else user
    for place in places.values():
        assert not authority.may_manage(asked, place)
        assert not authority.may_see(asked, place)
        assert not asking.may(asked, Action.ROLES_GRANT, place, roles=()).allowed
        assert not asking.may(asked, Action.ORGANISATIONS_ACT_FOR, place).allowed
        assert asking.held_in(asked, place) == frozenset()
    assert not authority.may_read_mail(asked)
    assert not authority.may_see_outbox(asked)
    if why == "disabled":
        assert not asking.may(asked, Action.ACCOUNT_CHANGE, user).allowed


def test_a_role_is_worth_nothing_where_it_was_not_given(places: dict[str, Any]) -> None:
    from ringwall.identity import authority

    both = tenants.person("both@example.com", north=["owner", "operator"], shop=["guest"])
    assert not authority.may_see_outbox(both)
    assert not authority.may_read_mail(both)
    assert not any(authority.may_manage(both, place) for place in places.values())


def test_security_administrators_give_others_roles_and_themselves_none(
    places: dict[str, Any],
) -> None:
    from ringwall.identity import invitations, membership

    security = tenants.person("security@example.com", shop=["security-administrator"])
    ada = tenants.person("ada@example.com", shop=[])
    membership.set_roles(tenants.member(ada, "shop"), ["operator"], by=security)
    own = tenants.member(security, "shop")
    with pytest.raises(PermissionError, match=r"you may not .* \(reference [0-9a-f]{8}\)"):
        membership.set_roles(own, ["operator", "security-administrator"], by=security)
    with pytest.raises(PermissionError):
        membership.add(places["north"], security, ["buyer"], source="test", by=security)
    with pytest.raises(PermissionError):
        invitations.invite(places["north"], "security@example.com", ["buyer"], by=security)
    assert tenants.member(security, "shop").roles == ["security-administrator"]


def test_what_is_denied_stands_in_the_log_with_its_policies(
    places: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    from ringwall.identity import asking

    auditor = tenants.person("auditor@example.com", shop=["auditor", "owner"])
    with pytest.raises(asking.DeniedError) as denied:
        asking.require(auditor, Action.RULES_CHANGE, places["north"], "you may not")
    assert "auditors-change-nothing" in caplog.text
    assert denied.value.decision.reference in caplog.text
    assert "auditors-change-nothing" not in str(denied.value)
    assert str(denied.value) == f"you may not (reference {denied.value.decision.reference})"


def test_the_last_owner_cannot_become_an_auditor(places: dict[str, Any]) -> None:
    """Who audits changes nothing, so that nobody could change anything any more."""
    from ringwall.identity import membership

    boss = tenants.person("boss@example.com", shop=["owner"])
    audited = tenants.person("audited@example.com", shop=["owner", "auditor"])
    with pytest.raises(ValueError, match="last owner"):
        membership.set_roles(tenants.member(boss, "shop"), ["owner", "auditor"], by=boss)
    membership.set_roles(tenants.member(audited, "shop"), ["owner"], by=boss)
    membership.set_roles(tenants.member(boss, "shop"), ["owner", "auditor"], by=boss)
