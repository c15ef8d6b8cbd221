"""A live Envoy decides as Cedar does, and names a policy that Cedar names too."""

from pathlib import Path
from typing import Final

import pytest
from tests.access.live.decisions import cases_from, deciding, require_as_cedar

pytestmark = pytest.mark.e2e

WORLDS: Final = 150
ONCE_WRONG: Final = (20261127000212,)
"""Worlds that something was found wrong in: two rules of the same dear condition."""
REQUESTS: Final = 60
"""In each world. Together some ten thousand decisions; `make soak` takes millions."""


def test_envoy_decides_as_cedar_does(tmp_path: Path) -> None:
    cases = [*cases_from(0, WORLDS), *(one for n in ONCE_WRONG for one in cases_from(n, 1))]
    with deciding(tmp_path, cases) as envoy:
        told = [
            require_as_cedar(case, case.asked(), envoy) for case in cases for _ in range(REQUESTS)
        ]
    assert min(told.count(True), told.count(False)) > WORLDS * REQUESTS / 10
