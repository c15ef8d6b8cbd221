"""Grants after grants: nobody gets to what nobody among them may give."""

from copy import deepcopy
from itertools import product
from typing import Any, Final

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.access.company import NORTH, POWERS, SHOP, request_of, user

from ringwall.access import guarding
from ringwall.access.actions import Action
from ringwall.access.built_in import PROVIDER_ROLES
from ringwall.access.guarding import Entity, handing

STARTS: Final = ("operator", "auditor", "developer", "member", "guest", "clerk")


People = dict[str, set[str]]


def _spread(
    people: People, place: Entity, wanted: tuple[str, ...], lent: People | None = None
) -> None:
    """Let everybody give and lend everybody whatever they may, until nothing changes.

    ``lent`` are the roles that people have for some time only.
    """
    lent = {name: set() for name in people} if lent is None else lent
    changed = True
    while changed:
        changed = False
        for giver, taker, one in product(people, people, wanted):
            asker, has = _asking(giver, people[giver], lent[giver], place)
            told = handing(roles=[one], **has, to_self=giver == taker)
            for action in (Action.ROLES_GRANT, Action.MEMBERS_INVITE):
                if one not in people[taker] and guarding.may(asker, action, place, told).allowed:
                    people[taker].add(one)
                    changed = True
            if one in people[taker] | lent[taker]:
                continue
            made = request_of(user(taker), place)
            if guarding.may(asker, Action.REQUESTS_APPROVE, made, told).allowed:
                lent[taker].add(one)
                changed = True


def _asking(
    name: str, held: set[str], lent: set[str], place: Entity
) -> tuple[Entity, dict[str, Any]]:
    """Somebody, and what they have, as rows of tables would tell it."""
    has, passing = held | lent, lent - held
    administers = (place,) if "administrator" in has and place != SHOP else ()
    asker = user(
        name,
        *(has if place == SHOP else ()),
        administers=administers,
        belongs=(place,),
        passing=tuple(passing) if place == SHOP else (),
        administers_passing=administers if "administrator" in passing else (),
    )
    return asker, {"held": held, "fleeting": passing}


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


KEEPERS: Final = ("owner", "security-administrator", "administrator")
SOMEBODY: Final = st.tuples(
    st.sets(st.sampled_from((*STARTS, *KEEPERS)), max_size=2),
    st.sets(st.sampled_from((*STARTS, *KEEPERS)), max_size=2),
)


@given(
    st.lists(SOMEBODY, min_size=1, max_size=2),
    st.sampled_from(KEEPERS),
    st.sampled_from((SHOP, NORTH)),
)
@example([({"member"}, {"owner"})], "owner", SHOP)
@example([({"operator"}, {"security-administrator"})], "security-administrator", SHOP)
@example([({"buyer"}, {"administrator"})], "administrator", NORTH)
@settings(max_examples=15, deadline=None)
def test_nothing_of_what_was_had_for_some_time_is_left(
    had: list[tuple[set[str], set[str]]], keeper: str, place: Entity
) -> None:
    """Whoever was keeper for some time leaves nobody more than the others give anyway."""
    roles: tuple[str, ...] = ("buyer", "administrator")
    if place == SHOP:
        roles = (*roles, "security-administrator", "operator", "clerk", "owner")
    people = {f"p{number}": set(lasting) for number, (lasting, _) in enumerate(had)}
    lent = {f"p{number}": set(some) for number, (_, some) in enumerate(had)}
    people |= {"keeper": {"member"}, "accomplice": {"member"}}
    lent |= {"keeper": {keeper}, "accomplice": set()}
    anyway, lent_anyway = deepcopy(people), {name: set[str]() for name in people}
    _spread(anyway, place, roles, lent_anyway)
    was_lent = deepcopy(lent)
    _spread(people, place, roles, lent)
    for name, left in people.items():
        assert left <= anyway[name], name
        assert lent[name] <= was_lent[name] | anyway[name] | lent_anyway[name], name
