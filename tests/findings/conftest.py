"""The queue is kept in tables."""

from pathlib import Path

import pytest
from tests.runtime.conftest import _django, database, postgres

__all__ = ["_django", "database", "postgres"]


@pytest.fixture
def state(_django: Path) -> Path:
    """The state folder of the tables."""
    return _django
