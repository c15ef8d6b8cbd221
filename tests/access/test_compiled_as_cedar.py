"""The compiled rules say what Cedar says: the same decision, by the same policies."""

from pathlib import Path

import cedarpy
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.access.generating import Asked, Chance

from ringwall.access.compiler.rules import Compiler, Ruling, Rulings
from ringwall.access.engine import Engine
from ringwall.access.language.parser import parse
from ringwall.access.model import Kind
from ringwall.access.schema import schema

SEEDS = st.integers(0, 2**64)


@given(seed=SEEDS, count=st.integers(1, 6), depth=st.integers(0, 3))
@settings(max_examples=400, deadline=None)
def test_compiled_rules_decide_as_cedar_does(seed: int, count: int, depth: int) -> None:
    chance = Chance(seed, depth=depth)
    world = chance.world()
    text = chance.policies(world, count)
    described = schema(world)
    problems = cedarpy.validate_policies(text, described)
    assert problems.validation_passed, (text, problems.errors)
    parsed = parse(text, Path("all.cedar"))
    engine = Engine(parsed, schema=described, roles=world.roles)
    compiler = Compiler(parsed, world)
    for _ in range(25):
        asked = chance.asked(world)
        ruling = _of(compiler.route(asked.route, asked.host, asked.method), asked)
        assert not compiler.refused
        assert ruling is not None
        place = compiler.place(asked.route, asked.host, asked.method)
        said, found = engine.decide(asked.question(place)), ruling.decide(asked.request)
        assert found.allowed == said.allowed
        assert set(found.policies) <= set(said.policies)
        assert bool(found.policies) == bool(said.policies)


def _of(rulings: Rulings, asked: Asked) -> Ruling | None:
    if asked.kind is Kind.USER:
        return rulings.user
    if asked.kind is Kind.ANONYMOUS:
        return rulings.nobody
    return rulings.delegate if asked.delegated else rulings.client
