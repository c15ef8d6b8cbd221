"""Stories about what is recorded, on both databases."""

from pathlib import Path

import pytest
from tests.identity.activity.events import Record
from tests.identity.conftest import (
    _cheap_passwords,
    _django,
    browser,
    database,
    facts,
    postgres,
    state,
)

from ringwall.identity.facts import Facts

__all__ = ["_cheap_passwords", "_django", "browser", "database", "facts", "postgres", "state"]


@pytest.fixture
def record(database: str, facts: Facts, state: Path) -> Record:
    """What is recorded from the beginning of a test on."""
    return Record(state)
