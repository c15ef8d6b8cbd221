"""The inventory is kept in tables."""

from tests.runtime.conftest import _django, database, postgres

__all__ = ["_django", "database", "postgres"]
