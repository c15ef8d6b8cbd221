"""One intake for the tests of a file: what one test sends another does not mind."""

from collections.abc import Iterator

import pytest
from tests.lake.intake.stage import Stage


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as one:
        yield one
