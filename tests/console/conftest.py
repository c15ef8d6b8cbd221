"""The same log and the same people as the API has."""

from tests.api.conftest import (
    _cheap_passwords,
    _django,
    browser,
    database,
    facts,
    log,
    people,
    postgres,
    state,
)

__all__ = [
    "_cheap_passwords",
    "_django",
    "browser",
    "database",
    "facts",
    "log",
    "people",
    "postgres",
    "state",
]
