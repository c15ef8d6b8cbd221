"""The database, twice: every test that touches one runs on SQLite and on a real PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from tests.runtime.migrated import put_tables
from tests.runtime.postgres import Postgres

from ringwall.runtime.database import database_settings


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL for all tests of this process."""
    server = Postgres()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def _django(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Django, set up once in a process with a state folder of its own, for all who ask."""
    if apps.ready:
        yield Path(settings.STATE)  # by another folder of tests
        return
    state = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RINGWALL_STATE", str(state))
        patch.setenv("DJANGO_SETTINGS_MODULE", "ringwall.runtime.settings")
        patch.delenv("RINGWALL_DATABASE_URL", raising=False)
        django.setup()
    put_tables(state, tmp_path_factory.getbasetemp())
    yield state

    connections.close_all()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, _django: Path) -> Iterator[str]:
    """An empty, migrated database as Django's default; the name of its kind."""

    kind: str = request.param
    url = None if kind == "sqlite" else request.getfixturevalue("postgres").url
    with pytest.MonkeyPatch.context() as patch:
        _point_django_at(url, _django, patch)
        if not _is_migrated():
            call_command("migrate", interactive=False, verbosity=0)
            _applied[_place()] = _count_applied()
        yield kind
        _empty()
        _forget_connection()


_KEPT = frozenset({"django_migrations", "django_content_type", "auth_permission"})
"""What migrations themselves put in."""


_applied: dict[str, int] = {}
"""How many migrations this process has applied, by where: reading them all takes longer."""


def _place() -> str:
    found = connections["default"].settings_dict
    return f"{found['HOST']}/{found['NAME']}"


def _count_applied() -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations")
        (found,) = cursor.fetchone()
    return int(found)


def _is_migrated() -> bool:
    return _place() in _applied and _count_applied() == _applied[_place()]


def _empty() -> None:
    """Take out every row; hundreds of tests do this, and few tables have any."""
    connection = connections["default"]
    if connection.in_atomic_block:
        connection.rollback()
    with connection.cursor() as cursor, connection.constraint_checks_disabled():
        names = [n for n in connection.introspection.table_names(cursor) if n not in _KEPT]
        asked = " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names
        )
        cursor.execute(asked)
        filled = [name for (name,) in cursor.fetchall()]
        if connection.vendor == "postgresql":
            # No foreign key is asked then. TRUNCATE would make every table's files anew.
            cursor.execute("SET session_replication_role = replica")
        for name in filled:
            cursor.execute(f'DELETE FROM "{name}"')


def _point_django_at(url: str | None, state: Path, patch: pytest.MonkeyPatch) -> None:

    _forget_connection()
    chosen = connections.configure_settings({"default": database_settings(url, state=state)})
    patch.setitem(connections.settings, "default", chosen["default"])


def _forget_connection() -> None:
    """The next use makes a connection as the settings then say."""

    connections["default"].close()
    del connections["default"]


def environment(state: Path, url: str | None) -> dict[str, str]:
    """What a process needs to use the same database."""
    found = {**os.environ, "RINGWALL_STATE": str(state)}
    found.pop("RINGWALL_DATABASE_URL", None)
    return found if url is None else {**found, "RINGWALL_DATABASE_URL": url}
