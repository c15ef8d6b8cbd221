"""Stories about what is recorded, on both databases."""

from pathlib import Path

import pytest
from tests.identity.activity.events import Record

from ringwall.identity.facts import Facts


@pytest.fixture
def record(database: str, facts: Facts, state: Path) -> Record:
    """What is recorded from the beginning of a test on."""
    return Record(state)
