"""The resource, wherever a policy puts it: compiled rules say what Cedar says."""

from collections.abc import Callable
from pathlib import Path

import cedarpy
import pytest
from tests.access.generating import Chance
from tests.access.worlds import shop

from ringwall.access.compiler.formulas import TRUE
from ringwall.access.compiler.rules import Compiler, Ruling
from ringwall.access.engine import Engine
from ringwall.access.language.parser import parse
from ringwall.access.model import Kind
from ringwall.access.schema import schema

HEAD = '@id("one")\npermit (principal, action, resource)\nwhen {{ {} }};'


@pytest.mark.parametrize(
    "condition",
    [
        '[resource].contains(Route::"r0")',
        '[Route::"r0", Route::"r1"].contains(resource)',
        '[Route::"r0"].containsAny([resource])',
        '[Route::"r0", Route::"r1"].containsAll([resource])',
        '(if action in Action::"read" then Route::"r0" else resource) == Route::"r0"',
        'if action in Action::"read" then resource == Route::"r1" else true',
        '[if action in Action::"read" then resource else Route::"r1"].contains(Route::"r0")',
        '{it: resource}.it == Route::"r0"',
        "{it: resource}.it == resource",
        "[resource].contains(resource)",
        'Route::"r0" in resource',
        'Route::"r0" in Service::"orders"',
        'resource in [Route::"r1", Service::"orders"]',
        '[Route::"r0", Route::"r1"].contains(resource) || resource in Service::"billing"',
    ],
)
@pytest.mark.parametrize("negated", [False, True])
def test_the_resource_is_compared_as_what_it_is(condition: str, negated: bool) -> None:
    text = HEAD.format(f"!({condition})" if negated else condition)
    for seed in range(4):
        chance = Chance(seed)
        world = chance.world()
        parsed = parse(text, Path("all.cedar"))
        engine = Engine(parsed, schema=schema(world), roles=world.roles)
        compiler = Compiler(parsed, world)
        for _ in range(5):
            asked = chance.asked(world)
            place = compiler.place(asked.route, asked.host, asked.method)
            rulings = compiler.route(asked.route, asked.host, asked.method)
            several = {Kind.USER: rulings.user, Kind.ANONYMOUS: rulings.nobody}
            ruling = several.get(
                asked.kind, rulings.delegate if asked.delegated else rulings.client
            )
            assert not compiler.refused
            assert ruling is not None
            said = engine.decide(asked.question(place))
            assert ruling.decide(asked.request).allowed == said.allowed


Decide = Callable[[str, str], Ruling]


@pytest.fixture
def decide() -> Decide:
    """Rulings for calls between the shop's services, which call what they declare."""
    text = """@id("declared") permit (principal is Service, action, resource is Service)
        when { principal.calls.contains(resource) };"""
    world = shop()
    assert cedarpy.validate_policies(text, schema(world)).validation_passed
    compiler = Compiler(parse(text, Path("all.cedar")), world)
    return lambda one, other: compiler.service(world.services[one], world.services[other], "POST")


def test_services_call_what_they_declare(decide: Decide) -> None:
    called = decide("storefront", "orders")
    assert [(rule.policy, rule.formula) for rule in called.permits] == [("declared", TRUE)]
    for other in ("billing", "storefront"):
        assert decide("storefront", other).is_closed
