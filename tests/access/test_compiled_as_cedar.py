"""The compiled rules say what Cedar says: the same decision, by the same policies."""

import cedarpy
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.access.cases import Case

SEEDS = st.integers(0, 2**64)


@given(seed=SEEDS, count=st.integers(1, 6), depth=st.integers(0, 3))
@settings(max_examples=400, deadline=None)
def test_compiled_rules_decide_as_cedar_does(seed: int, count: int, depth: int) -> None:
    case = Case(seed, count=count, depth=depth)
    problems = cedarpy.validate_policies(case.text, case.schema)
    assert problems.validation_passed, (case.text, problems.errors)
    for _ in range(25):
        case.require_compiled_as_cedar(case.asked())
