"""A live Envoy decides as Cedar does, and names a policy that Cedar names too."""

import time
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

import pytest
from tests.access.generating import Asked, Chance
from tests.access.live.envoys import ask, headers_of, path_of, running, virtual_host

from ringwall.access.compiler.facts import Text
from ringwall.access.compiler.rules import DEFAULT, Compiler, Decision
from ringwall.access.engine import Engine
from ringwall.access.language.parser import parse
from ringwall.access.model import Kind, World
from ringwall.access.schema import schema
from ringwall.gateway.envoy.permissions import PROOF, UNKNOWN

pytestmark = pytest.mark.e2e

WORLDS: Final = 150
REQUESTS: Final = 60
"""In each world. Together some ten thousand decisions."""


class Case:
    """A world with its policies, in Cedar's engine and compiled."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.chance = Chance(number, depth=number % 4)
        self.world: World = self.chance.world()
        self.text = self.chance.policies(self.world, 1 + number % 12)
        policies = parse(self.text, Path("all.cedar"))
        self.compiler = Compiler(policies, self.world)
        self.engine = Engine(policies, schema=schema(self.world), roles=self.world.roles)

    def host(self, asked: Asked) -> str:
        """The authority of a request: of a tenant, where it is one of the tenants' hosts."""
        tenant = asked.request.words.get(Text.HOST_TENANT, "api")
        return f"{tenant}.case{self.number}.test"

    def turns(self, asked: Asked, seconds: int) -> bool:
        """Whether a policy turns within the seconds that a request took."""
        rulings = self.compiler.route(asked.route, asked.host, asked.method)
        later = _moved_to(asked, asked.request.now + seconds).request
        later = replace(later, proven=asked.request.proven)
        return any(one.decide(asked.request) != one.decide(later) for one in rulings.all())

    def is_closed(self, asked: Asked) -> bool:
        """Whether nobody permits it anyway, so that Envoy looks for no forbid that says so too."""
        rulings = self.compiler.route(asked.route, asked.host, asked.method)
        if asked.delegated:
            asking = [rulings.user, rulings.delegate]
        else:
            kinds = {Kind.USER: rulings.user, Kind.CLIENT: rulings.client}
            asking = [kinds.get(asked.kind, rulings.nobody)]
        return any(one is not None and not one.permits for one in asking)

    def decided(self, asked: Asked) -> Decision:
        """What Cedar says; for an application that acts for a person, of both."""
        place = self.compiler.place(asked.route, asked.host, asked.method)
        said = self.engine.decide(asked.question(place))
        if not asked.delegated:
            return said
        person = replace(asked, kind=Kind.USER, delegated=False)
        other = self.engine.decide(person.question(place))
        if said.allowed and other.allowed:
            return Decision(allowed=True, policies=(*other.policies, *said.policies))
        against = [one.policies for one in (other, said) if not one.allowed]
        return Decision(allowed=False, policies=sum(against, ()))


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return [Case(number) for number in range(WORLDS)]


@pytest.fixture(scope="module")
def envoy(cases: list[Case], tmp_path_factory: pytest.TempPathFactory) -> Iterator[HTTPConnection]:
    hosts = [virtual_host(f"c{c.number}", f"*.case{c.number}.test", c.compiler) for c in cases]
    assert not any(case.compiler.refused for case in cases)
    with running(tmp_path_factory.mktemp("decisions"), hosts) as connection:
        yield connection


def test_envoy_decides_as_cedar_does(cases: list[Case], envoy: HTTPConnection) -> None:
    told = {True: 0, False: 0}
    for case in cases:
        for _ in range(REQUESTS):
            asked = case.chance.asked(case.world)
            started = int(time.time())
            asked = _moved_to(asked, started)
            answer = ask(
                envoy,
                asked.method,
                path_of(asked.route, asked.request),
                headers_of(asked.request, case.host(asked)),
            )
            if case.turns(asked, int(time.time()) - started):
                continue
            said = case.decided(asked)
            told[said.allowed] += 1
            where = (case.text, asked, said, answer)
            assert answer.status == (200 if said.allowed else 403), where
            if asked.method != "HEAD" and answer.by not in {PROOF, UNKNOWN}:
                by = set() if answer.by == DEFAULT else set(answer.by.split())
                assert by <= set(said.policies), where
                assert bool(by) == bool(said.policies) or case.is_closed(asked), where
    assert min(told.values()) > WORLDS * REQUESTS / 10


def _moved_to(asked: Asked, now: int) -> Asked:
    """The same request now, by somebody who was proven as long ago."""
    request, proven = asked.request, asked.request.proven
    if proven is not None:
        proven += now - request.now
    return replace(asked, request=replace(request, now=now, proven=proven))
