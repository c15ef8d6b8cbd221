"""Why somebody may or may not: the judgment is Cedar's, and what is told of it is so."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.access.generating import Chance

from ringwall.access.asking.judgments import Judge
from ringwall.access.asking.known import CIRCUMSTANCES, left
from ringwall.access.asking.words import Wording, length
from ringwall.access.compiler.formulas import FALSE, TRUE
from ringwall.access.compiler.requests import Request, evaluate
from ringwall.access.compiler.rules import Ruling
from ringwall.access.language.parser import parse

SEEDS = st.integers(0, 2**64)


@given(seed=SEEDS, count=st.integers(1, 6))
@settings(max_examples=100, deadline=None)
def test_whatever_is_judged_has_policies_and_reasons(seed: int, count: int) -> None:
    chance = Chance(seed)
    world = chance.world()
    judge = Judge(parse(chance.policies(world, count), Path("all.cedar")), world)
    for _ in range(10):
        asked = chance.asked(world)
        if asked.delegated:
            continue
        (found,) = judge.judge(
            asked.route, asked.host, asked.method, kind=asked.kind, request=asked.request
        )
        assert found.agrees
        assert [part.policy.id for part in found.deciding] == list(found.cedar.policies)
        assert all(part.spans for part in found.deciding)
        assert not (found.cedar.allowed and found.nearest)
        for part in found.nearest:
            assert part.spans
            assert part.reasons
            for span in part.spans:
                assert part.policy.at.start <= span.start < span.end <= part.policy.at.end


@given(seed=SEEDS, count=st.integers(1, 6))
@settings(max_examples=100, deadline=None)
def test_what_is_left_of_conditions_is_true_for_the_whole_request(seed: int, count: int) -> None:
    chance = Chance(seed)
    world = chance.world()
    judge = Judge(parse(chance.policies(world, count), Path("all.cedar")), world)
    for _ in range(10):
        asked = chance.asked(world)
        rulings = judge.compiler.route(asked.route, asked.host, asked.method)
        place = judge.compiler.place(asked.route, asked.host, asked.method)
        for ruling in rulings.all():
            _check(ruling, asked.request, Wording(place.tenant))


def _check(ruling: Ruling, request: Request, wording: Wording) -> None:
    for rule in (*ruling.forbids, *ruling.permits):
        met = evaluate(rule.formula, request)
        rest = left(rule.formula, request, CIRCUMSTANCES)
        assert evaluate(rest, request) == met
        assert left(rule.formula, request, frozenset()) == (TRUE if met else FALSE)
        assert bool(wording.unmet(rule.formula, request)) != met
        assert wording.condition(rule.formula)


def test_lengths_are_written_as_people_write_them() -> None:
    assert [length(one) for one in (0, 45, 3600, 5400, 90_061, -60)] == [
        "0s",
        "45s",
        "1h",
        "1h30m",
        "1d1h1m1s",
        "-1m",
    ]
