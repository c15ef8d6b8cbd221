"""Who may do what in Ringwall itself: every role of its own, everywhere, one by one.

Whatever is to decide instead of ``authority`` has to pass this walk, but for what is changed here.
"""

from itertools import product
from typing import Any

import pytest
from tests.identity import tenants

from ringwall.access.built_in import BUILT_IN, OWNER
from ringwall.identity.facts import Facts

ANY_ROLE = ("buyer",)
PLACES = ("north", "south", "shop", "asleep")
GRANTED = (OWNER, "operator", "administrator", "buyer")
MANAGERS = {"owner", "security-administrator"}


@pytest.fixture
def places(database: str, facts: Facts) -> dict[str, Any]:
    """The Shop is the company; North, South and one that is suspended are customers."""
    from django.utils import timezone

    found = {slug: tenants.organisation(slug) for slug in ("north", "south")}
    found["shop"] = tenants.organisation("shop", kind="provider")
    found["asleep"] = tenants.organisation("asleep", suspended=timezone.now())
    return found


def manages(role: str, home: str, place: str) -> bool:
    """What is written down of it: the rule, in other words than the code's."""
    if home == "shop":
        return role in MANAGERS
    return role == "administrator" and home == place and place in {"north", "south"}


def test_every_role_may_what_is_written_of_it_and_nothing_else(places: dict[str, Any]) -> None:
    from ringwall.identity import authority

    walked = 0
    for role, home in product((*BUILT_IN, *ANY_ROLE), PLACES):
        given: dict[str, Any] = {home: [role]}
        user = tenants.person(f"{role}-{home}@example.com", **given)
        in_company = role if home == "shop" else None
        assert authority.may_read_mail(user) == (in_company == OWNER)
        assert authority.may_see_outbox(user) == (in_company in {*MANAGERS, "operator"})
        for place, granted in product(PLACES, GRANTED):
            expected = manages(role, home, place)
            about = (role, home, place, granted)
            assert authority.may_manage(user, places[place]) == expected, about
            if place == "shop" and granted == OWNER:
                expected = in_company == OWNER
            assert authority.may_touch(user, places[place], [granted]) == expected, about
            walked += 1
    assert walked == 9 * 4 * 4 * 4


@pytest.mark.parametrize("why", ["nobody", "disabled", "at rest"])
def test_who_is_not_there_may_nothing(places: dict[str, Any], why: str) -> None:
    from ringwall.identity import authority

    user = tenants.person("owner@example.com", shop=["owner"], north=["administrator"])
    if why == "disabled":
        user.is_active = False
        user.save()
    user.memberships.update(active=why != "at rest")
    asked = None if why == "nobody" else user
    for place in places.values():
        assert not authority.may_manage(asked, place)
        assert not authority.may_touch(asked, place, [])
        assert authority.roles_of(asked, place) == frozenset()
    assert not authority.may_read_mail(asked)
    assert not authority.may_see_outbox(asked)


def test_a_role_is_worth_nothing_where_it_was_not_given(places: dict[str, Any]) -> None:
    from ringwall.identity import authority

    both = tenants.person("both@example.com", north=["owner", "operator"], shop=["guest"])
    assert not authority.may_see_outbox(both)
    assert not authority.may_read_mail(both)
    assert not any(authority.may_manage(both, place) for place in places.values())
