"""A shadow changes no decision; what it would have decided is what Cedar says."""

import json
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest
from tests.access.cases import Case, moved_to
from tests.access.generating import Asked, Chance
from tests.access.live.envoys import ask, headers_of, path_of, running, virtual_host

from ringwall.access.compiler.rules import Compiler, Decision
from ringwall.access.engine import Engine
from ringwall.access.language.parser import parse
from ringwall.access.schema import schema
from ringwall.gateway.admin import Admin
from ringwall.gateway.envoy.permissions import PREFIX

pytestmark = pytest.mark.e2e

WORLDS: Final = 30
REQUESTS: Final = 40


class Beside(Case):
    """A case, and another policy set for the same world."""

    def __init__(self, number: int) -> None:
        super().__init__(number, count=1 + number % 12, depth=number % 4)
        chance = Chance(5000 + number, depth=number % 4)
        policies = parse(chance.policies(self.world, 1 + number % 12), Path("all.cedar"))
        self.other = Compiler(policies, self.world)
        self._other = Engine(policies, schema=schema(self.world), roles=self.world.roles)

    def stays(self, asked: Asked, seconds: int) -> bool:
        """Whether nothing that decides turns within some seconds, by the one or the other."""
        for compiler in (self.compiler, self.other):
            rulings = compiler.route(asked.route, asked.host, asked.method).all()
            for later in range(1, seconds + 1):
                request = replace(asked.request, now=asked.request.now + later)
                if any(one.decide(asked.request) != one.decide(request) for one in rulings):
                    return False
        return True

    def both(self, asked: Asked) -> tuple[Decision, Decision]:
        """What is decided, and what the shadow would decide."""
        decided = self.decided(asked)
        self.engine, kept = self._other, self.engine
        try:
            return decided, self.decided(asked)
        finally:
            self.engine = kept


@dataclass(frozen=True, slots=True)
class Expected:
    """A line of the shadow's log."""

    route: str
    method: str
    would: Decision


def test_a_shadow_changes_nothing_and_tells_what_cedar_does(tmp_path: Path) -> None:
    cases = [Beside(number) for number in range(WORLDS)]
    alone = [virtual_host(f"a{c.number}", f"*.alone{c.number}.test", c.compiler) for c in cases]
    both = [
        virtual_host(f"c{c.number}", f"*.case{c.number}.test", c.compiler, beside=c.other)
        for c in cases
    ]
    log, admin = tmp_path / "shadow.jsonl", tmp_path / "admin.sock"
    told: Counter[tuple[bool, bool]] = Counter()
    expected: list[Expected] = []
    compared = 0
    with running(tmp_path, [*alone, *both], shadow=log, admin=admin) as connection:
        for case in cases:
            for _ in range(REQUESTS):
                asked = moved_to(case.chance.asked(case.world), int(time.time()))
                if not case.stays(asked, 10):
                    continue  # it is asked twice, and neither needs to be in this second
                path, host = path_of(asked.route, asked.request), case.host(asked)
                sent = headers_of(asked.request, host)
                answer = ask(connection, asked.method, path, sent)
                plain = {**sent, "host": host.replace("case", "alone")}
                assert ask(connection, asked.method, path, plain) == answer
                compared += 1
                decided, would = case.both(asked)
                assert answer.status == (200 if decided.allowed else 403)
                told[decided.allowed, would.allowed] += 1
                if decided.allowed != would.allowed:
                    expected.append(Expected(asked.route.name, asked.method, would))
        counters = Admin(admin, 5).stats(r"^filter_chain\.rbac\.shadow_\.shadow_(allowed|denied)$")
    assert sum(map(int, counters.values())) == compared
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert len(lines) == len(expected)
    for line, one in zip(lines, expected, strict=True):
        assert (line["route"], line["method"]) == (one.route, one.method)
        assert line["would"] == ("allowed" if one.would.allowed else "denied")
        by = set(line["by"].removeprefix(PREFIX).split())
        assert by <= {"default", "proof", "unknown"} or by <= set(one.would.policies)
    assert min(told.values()) > 20, told
    assert len(told) == 4
