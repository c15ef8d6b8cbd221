"""What services may do of each other is what Cedar says."""

import itertools
from pathlib import Path

import cedarpy
import pytest
from tests.access.generating import NOWS, Chance

from ringwall.access.compiler.requests import Request
from ringwall.access.compiler.rules import Compiler
from ringwall.access.engine import Engine, Question
from ringwall.access.language.parser import parse
from ringwall.access.model import METHODS, Kind
from ringwall.access.schema import schema

CONDITIONS = (
    "",
    "when { principal.calls.contains(resource) }",
    "when { resource is Service && resource.calls.contains(principal) }",
    "when { principal.calls.containsAny([resource]) }",
    'when { [Service::"orders"].containsAll([resource]) }',
    "unless { principal == resource }",
    "when { principal.classification == resource.classification }",
    'when { principal.layer == "application" || resource.exposure != "internal" }',
    'when { context.now.toTime() < duration("8h") }',
    'when { context.weekday < 6 } unless { principal.owner like "billing*" }',
)
HEADS = (
    "principal is Service, action, resource is Service",
    'principal == Service::"orders", action in Action::"read", resource == Service::"billing"',
    'principal is Service, action == Action::"POST", resource is Service in Service::"billing"',
)


@pytest.mark.parametrize("effect", ["permit", "forbid"])
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("condition", CONDITIONS)
def test_services_are_judged_as_cedar_judges_them(effect: str, head: str, condition: str) -> None:
    world = Chance(7).world()
    text = f'@id("judged")\n{effect} ({head})\n{condition};'
    text += '\n@id("else")\npermit (principal is Service, action == Action::"GET", resource);'
    described = schema(world)
    assert cedarpy.validate_policies(text, described).validation_passed, text
    policies = parse(text, Path("services.cedar"))
    engine = Engine(policies, schema=described, roles=world.roles)
    compiler = Compiler(policies, world)
    services = world.services.values()
    for caller, called, method in itertools.product(services, services, METHODS):
        ruling = compiler.service(caller, called, method)
        place = compiler.place_of_service(called, method)
        for now in NOWS[:3]:
            request = Request(now=now)
            said = engine.decide(
                Question(kind=Kind.SERVICE, service=caller, place=place, request=request)
            )
            found = ruling.decide(request)
            assert found.allowed == said.allowed, (caller.name, called.name, method, now)
            assert set(found.policies) <= set(said.policies)
    assert not compiler.refused
