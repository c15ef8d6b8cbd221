"""Policies that may be decided by call-out: what is asked about, and what the edge knows anyway."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.access.worlds import shop

from ringwall.access.asking.differences import differences
from ringwall.access.asking.words import Wording
from ringwall.access.compiler.facts import Parameter, Several, Text, Word
from ringwall.access.compiler.formulas import FALSE, Asked, atoms, loosest, tightest
from ringwall.access.compiler.proving import allowed
from ringwall.access.compiler.requests import Request, evaluate
from ringwall.access.compiler.rules import Compiler, Ruling
from ringwall.access.language.parser import parse

NAMESAKES = "context.path.tenant == context.path.order"
HEAD = 'principal is User in Role::"customer", action, resource == Route::"order"'
REQUEST = Request(
    words={Text.USER: "ada", Parameter("tenant"): "a", Parameter("order"): "a"},
    sets={Several.ROLES: frozenset({"customer"})},
)
OTHER = replace(REQUEST, sets={})


def compiler(text: str) -> Compiler:
    return Compiler(parse(text, Path("all.cedar")), shop())


def ruling(text: str) -> Ruling:
    """For people at GET of an order."""
    made = compiler(text)
    world = made.world
    route = replace(world.routes["order"], hosts=("api.example",))
    found = made.route(route, "api.example", "GET").user
    assert found is not None
    assert not made.refused
    return found


def permit(condition: str, *, effect: str = "permit", name: str = "p") -> str:
    guard = "context.path has tenant && context.path has order"
    return f'@id("{name}") @callout("why") {effect} ({HEAD}) when {{ {guard} && ({condition}) }};\n'


def test_without_the_mark_it_is_refused() -> None:
    made = compiler(permit(NAMESAKES).replace('@callout("why")', ""))
    route = replace(made.world.routes["order"], hosts=("api.example",))
    made.route(route, "api.example", "GET")
    assert made.refused["p"].reason == "the edge cannot compare two parts of where a request goes"


def test_only_what_the_edge_cannot_tell_is_asked_about() -> None:
    found = ruling(permit(NAMESAKES))
    (asked,) = [one for one in atoms(found.permits[0].formula) if isinstance(one, Asked)]
    assert asked.text == NAMESAKES
    assert asked.reason == "the edge cannot compare two parts of where a request goes"
    assert found.asks(REQUEST)
    assert not found.asks(OTHER)
    assert not found.decide(OTHER).allowed


def test_a_permit_that_is_sure_asks_nothing() -> None:
    found = ruling(permit(NAMESAKES) + f'@id("all") permit ({HEAD});')
    assert not found.asks(REQUEST)
    assert found.decide(REQUEST).policies == ("all",)
    found = ruling(permit(f'{NAMESAKES} || principal.id == "ada"'))
    assert not found.asks(REQUEST)
    assert found.decide(REQUEST).allowed


def test_a_forbid_that_may_apply_is_asked_about_before_permits() -> None:
    rules = permit(NAMESAKES, effect="forbid", name="f") + f'@id("all") permit ({HEAD});'
    assert ruling(rules).asks(REQUEST)
    sure = f'@id("no") forbid ({HEAD});'
    assert not ruling(rules + sure).asks(REQUEST)
    assert ruling(rules + sure).decide(REQUEST).policies == ("no",)


def test_a_forbid_is_not_asked_about_where_nothing_permits() -> None:
    assert not ruling(permit(NAMESAKES, effect="forbid")).asks(REQUEST)


def test_bounds_hold_under_negation() -> None:
    found = ruling(permit(f"!({NAMESAKES})")).permits[0].formula
    assert tightest(found) == FALSE
    assert evaluate(loosest(found), REQUEST)


def test_what_is_asked_about_is_never_guessed() -> None:
    with pytest.raises(ValueError, match="only Cedar's engine can tell"):
        evaluate(ruling(permit(NAMESAKES)).permits[0].formula, REQUEST)


def test_sidecars_make_no_call_outs() -> None:
    text = '@id("p") @callout("why") permit (principal, action, resource)\n'
    text += "when { context.weekday * context.weekday < 9 };"
    made = compiler(text)
    made.services()
    assert "sidecars make no call-outs" in made.refused["p"].reason


def test_the_same_condition_elsewhere_is_another() -> None:
    made = compiler(permit(NAMESAKES))
    route = replace(made.world.routes["order"], hosts=("api.example",))
    get, put = (made.route(route, "api.example", m).user for m in ("GET", "PUT"))
    assert get is not None
    assert put is not None
    assert get.permits != put.permits


def test_blanks_in_strings_tell_conditions_apart() -> None:
    """Taken for one, they would make a contradiction of what applies to ``x  y``."""
    asked = '(if principal.id like "{}" then context.path.tenant else "q") == context.path.order'
    one, other = asked.format("x  y*"), asked.format("x y*")
    forbid = permit(f"({one}) && !({other})", effect="forbid", name="f")
    assert ruling(forbid + f'@id("all") permit ({HEAD});').asks(REQUEST)


def test_differences_are_told_in_words() -> None:
    always: frozenset[Word] = frozenset({Text.USER, Parameter("tenant"), Parameter("order")})
    old, new = allowed(ruling(permit(NAMESAKES))), allowed(ruling(permit("true")))
    (found,) = differences(old, new, always)
    assert found.granted
    assert Wording().condition(found.formula) == (
        f"principal has role customer and Cedar's engine, asked at the time, denies: {NAMESAKES}"
    )
    assert differences(old, old, always) == ()
