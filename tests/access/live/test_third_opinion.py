"""Cedar in WebAssembly, another release by another way, decides as the engine in Python does."""

from typing import Final

import pytest
from tests.access.live.decisions import cases_from
from tests.access.third_opinion import is_there, third_opinion

pytestmark = pytest.mark.e2e

WORLDS: Final = 100
REQUESTS: Final = 25
"""In each world; `make soak` takes millions."""


@pytest.mark.skipif(not is_there(), reason="npm's registry was out of reach as tools were set up")
def test_another_build_of_cedar_decides_the_same() -> None:
    allowed = 0
    with third_opinion() as judge:
        for case in cases_from(1000, WORLDS):
            several = [case.asked() for _ in range(REQUESTS)]
            case.require_the_same_of(judge, several)
            allowed += sum(case.said(one).allowed for one in several)
    assert WORLDS < allowed < WORLDS * (REQUESTS - 1), "it never says the one or the other"
