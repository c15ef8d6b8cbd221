"""What a change grants and takes: all of it is told, and nothing that it does not."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.access.generating import Asked, Chance

from ringwall.access.asking.differences import differences
from ringwall.access.asking.satisfying import TooManyError, example, is_possible
from ringwall.access.asking.words import Wording
from ringwall.access.compiler.facts import Clock, Number, Parameter, Several, Text, Word
from ringwall.access.compiler.formulas import (
    AtMost,
    Formula,
    Known,
    Not,
    Same,
    all_of,
    among,
    holds,
    matches,
)
from ringwall.access.compiler.proving import allowed
from ringwall.access.compiler.requests import Request, evaluate
from ringwall.access.compiler.rules import Compiler
from ringwall.access.language.parser import parse
from ringwall.access.language.syntax import WILDCARD
from ringwall.access.model import Kind, World

SEEDS = st.integers(0, 2**64)


def _formula(compiler: Compiler, asked: Asked) -> Formula:
    rulings = compiler.route(asked.route, asked.host, asked.method)
    ruling = {
        (Kind.USER, False): rulings.user,
        (Kind.CLIENT, False): rulings.client,
        (Kind.CLIENT, True): rulings.delegate,
    }.get((asked.kind, asked.delegated), rulings.nobody)
    assert ruling is not None
    return allowed(ruling)


def _always(asked: Asked, world: World) -> frozenset[Word]:
    found: set[Word] = {Parameter(name) for name in asked.route.parameters}
    if asked.host == world.tenant_hosts:
        found.add(Text.HOST_TENANT)
    if asked.kind is not Kind.ANONYMOUS:
        found.add(Text.USER)
    if asked.kind is Kind.CLIENT:
        found.add(Text.CLIENT)
    return frozenset(found)


@given(seed=SEEDS, count=st.integers(1, 4), depth=st.integers(0, 2))
@settings(max_examples=50, deadline=None)
def test_every_difference_is_told_and_nothing_else(seed: int, count: int, depth: int) -> None:
    chance = Chance(seed, depth=depth)
    world = chance.world()
    policies = [
        Compiler(parse(chance.policies(world, count), Path("all.cedar")), world) for _ in range(2)
    ]
    for _ in range(20):
        asked = chance.asked(world)
        old, new = (_formula(one, asked) for one in policies)
        try:
            found = differences(old, new, _always(asked, world))
        except TooManyError:
            continue
        before, after = evaluate(old, asked.request), evaluate(new, asked.request)
        told = {one.granted for one in found if evaluate(one.formula, asked.request)}
        assert told == ({after} if before != after else set())
        for one in found:
            assert one.examples
            assert Wording().condition(one.formula)
            for request in one.examples:
                assert evaluate(one.formula, request)
                assert evaluate(old, request) != one.granted
                assert evaluate(new, request) == one.granted


TENANT, PATH = Text.TENANT, Parameter("tenant")
AGE, TIME, WEEKDAY = Number(Clock.PROVEN_AGO), Number(Clock.TIME_OF_DAY), Number(Clock.WEEKDAY)


@pytest.mark.parametrize(
    ("literals", "possible"),
    [
        ([(Same(TENANT, PATH), True), (Known(TENANT), False)], False),
        ([(Same(TENANT, PATH), False), (Known(TENANT), True)], True),
        (
            [(among(TENANT, ["a"]), True), (among(PATH, ["b"]), True), (Same(TENANT, PATH), True)],
            False,
        ),
        ([(among(TENANT, ["a", "b"]), True), (among(TENANT, ["b"]), False)], True),
        (
            [(matches(TENANT, ("a", WILDCARD)), True), (matches(TENANT, (WILDCARD, "b")), True)],
            True,
        ),
        ([(matches(TENANT, ("a", WILDCARD)), False), (among(TENANT, ["ab", "a"]), True)], False),
        ([(matches(TENANT, ("a", WILDCARD)), True), (matches(TENANT, (WILDCARD,)), False)], False),
        ([(holds(Several.ROLES, ["a", "b"]), True), (holds(Several.ROLES, ["a"]), False)], True),
        ([(holds(Several.ROLES, ["a"]), True), (holds(Several.ROLES, ["a", "b"]), False)], False),
        ([(holds(Several.SCOPES, ["a"]), True), (Known(Several.SCOPES), False)], False),
        ([(holds(Several.SCOPES, ["a"]), False), (Known(Several.SCOPES), True)], True),
        ([(AtMost(AGE, 300), True), (AtMost(AGE, 299), False)], True),
        ([(AtMost(AGE, -5), True)], False),
        (
            [(AtMost(TIME, 3600), True), (AtMost(TIME, 3599), False), (AtMost(WEEKDAY, 6), False)],
            True,
        ),
        (
            [
                (AtMost(TIME, 3600), False),
                (AtMost(Number(Clock.TIME_OF_DAY, 3600), 7300), True),
                (AtMost(TIME, 3700), True),
            ],
            True,
        ),
        (
            [
                (AtMost(TIME, 3600), False),
                (AtMost(Number(Clock.TIME_OF_DAY, 3600), 7100), True),
                (AtMost(TIME, 82_000), True),
            ],
            False,
        ),
        (
            [
                (among(Text.STRENGTH, ["mfa"]), False),
                (among(Text.STRENGTH, ["phr", "single"]), False),
            ],
            True,
        ),
        ([(among(Text.STRENGTH, ["single", "mfa", "phr", "key"]), False)], False),
    ],
)
def test_conditions_that_can_hold_together_are_told_from_others(
    literals: list[tuple[Formula, bool]], possible: bool
) -> None:
    always = frozenset({Text.USER, PATH})
    assert is_possible(literals, always) == possible  # type: ignore[arg-type]
    shown = example(literals, always)  # type: ignore[arg-type]
    if shown is not None:
        assert all(evaluate(atom, shown) == value for atom, value in literals)


def test_a_wider_list_is_told_by_what_is_new_in_it() -> None:
    old, new = among(TENANT, ["north", "south"]), among(TENANT, ["south", "west"])
    found = differences(old, new, frozenset())
    said = {(one.granted, Wording().condition(one.formula)) for one in found}
    assert said == {(True, "principal.tenant is west"), (False, "principal.tenant is north")}


def test_what_is_written_in_another_way_is_no_difference() -> None:
    role, tenant = holds(Several.ROLES, ["a"]), Same(TENANT, PATH)
    old = all_of([role, tenant])
    new = Not(Not(all_of([tenant, all_of([role, Known(TENANT)])])))
    assert differences(old, new, frozenset({PATH})) == ()
    assert not evaluate(old, Request())
