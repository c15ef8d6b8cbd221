"""Grants after grants: nobody gets to what nobody among them may give."""

from itertools import product
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.access.company import NORTH, POWERS, SHOP, user

from ringwall.access import guarding
from ringwall.access.actions import Action
from ringwall.access.built_in import PROVIDER_ROLES
from ringwall.access.guarding import Entity, handing

STARTS: Final = ("operator", "auditor", "developer", "member", "guest", "clerk")


def _spread(people: dict[str, set[str]], place: Entity, wanted: tuple[str, ...]) -> None:
    """Let everybody give everybody whatever they may, until nothing changes."""
    changed = True
    while changed:
        changed = False
        for giver, taker, one in product(people, people, wanted):
            if one in people[taker]:
                continue
            held = people[giver]
            asker = user(
                giver,
                *(held if place == SHOP else ()),
                administers=(place,) if "administrator" in held and place != SHOP else (),
                belongs=(place,),
            )
            told = handing(roles=[one], held=held, to_self=giver == taker)
            if guarding.may(asker, Action.ROLES_GRANT, place, told).allowed:
                people[taker].add(one)
                changed = True


ROLES: Final = (*PROVIDER_ROLES, "clerk")


@given(st.lists(st.sets(st.sampled_from(STARTS)), min_size=1, max_size=3))
@settings(max_examples=15, deadline=None)
def test_who_hands_out_nothing_gets_nobody_anything(had: list[set[str]]) -> None:
    people = {f"p{number}": set(one) for number, one in enumerate(had)}
    _spread(people, SHOP, ROLES)
    assert list(people.values()) == had


@given(st.lists(st.sets(st.sampled_from([*STARTS, "security-administrator"])), max_size=2))
@settings(max_examples=10, deadline=None)
def test_nobody_becomes_owner_without_one(had: list[set[str]]) -> None:
    people = {f"p{number}": set(one) for number, one in enumerate(had)}
    people["boss"] = {"security-administrator"}
    _spread(people, SHOP, ROLES)
    assert not any("owner" in one for one in people.values())


def test_a_security_administrator_alone_gets_nothing_more() -> None:
    people = {"ada": {"security-administrator"}}
    _spread(people, SHOP, ROLES)
    assert people == {"ada": {"security-administrator"}}


@given(st.lists(st.sets(st.sampled_from(["administrator", "buyer"])), min_size=1, max_size=3))
@settings(max_examples=10, deadline=None)
def test_customers_never_get_a_power_of_the_company(had: list[set[str]]) -> None:
    people = {f"p{number}": set(one) for number, one in enumerate(had)}
    _spread(people, NORTH, (*ROLES, "buyer", "administrator"))
    assert not any(one & POWERS for one in people.values())
    if not any("administrator" in one for one in had):
        assert list(people.values()) == had
