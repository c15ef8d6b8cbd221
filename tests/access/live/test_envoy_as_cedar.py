"""A live Envoy decides as Cedar does, and names a policy that Cedar names too."""

from pathlib import Path
from typing import Final

import pytest
from tests.access.live.decisions import cases_from, deciding, require_as_cedar

pytestmark = pytest.mark.e2e

WORLDS: Final = 150
REQUESTS: Final = 60
"""In each world. Together some ten thousand decisions; `make soak` takes millions."""


def test_envoy_decides_as_cedar_does(tmp_path: Path) -> None:
    cases = cases_from(0, WORLDS)
    with deciding(tmp_path, cases) as envoy:
        told = [
            require_as_cedar(case, case.asked(), envoy) for case in cases for _ in range(REQUESTS)
        ]
    assert min(told.count(True), told.count(False)) > WORLDS * REQUESTS / 10
