"""The ``database`` section."""

from typing import Final

from ringwall.runtime.configuration import Secret, StrictModel


class Database(StrictModel):
    """Where Ringwall keeps its own records: SQLite in the state folder, or a PostgreSQL server."""

    url: Secret | None = None
    """postgresql://user:password@host:port/name?sslmode=verify-full; else SQLite."""


DATABASE: Final = "database"
