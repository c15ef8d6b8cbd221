"""What every command that asks the database does first."""

import importlib
import importlib.util
import os
import pkgutil
import time
from collections.abc import Callable
from typing import Final

import django
from django.apps import apps
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from ringwall.runtime.config import DATABASE, Database
from ringwall.runtime.discovery import modules
from ringwall.runtime.installation import Installation
from ringwall.runtime.refusals import ExitCode, Refused

_BEING_MADE_S: Final = 20.0
_OUR_APPS: Final = "ringwall."


def open_tables(installation: Installation, *, needs: str = "") -> None:
    """Set Django up for the database of ``installation``.

    :class:`Refused` when its tables were never made, ``ConfigurationError`` when the configuration
    that names the database is wrong. Models can be imported only after this. Tables of modules
    that what runs does without are not asked for, but those of the one that is named by ``needs``.
    """
    if not apps.ready:
        url = installation.load().one(Database, DATABASE).url
        os.environ.update(installation.environment())
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ringwall.runtime.settings")
        if url is not None:
            os.environ["RINGWALL_DATABASE_URL"] = url.reveal()
        django.setup()
    _require_tables(
        being_made=installation.control.exists(),
        absent=lambda: _absent(installation) - {needs},
    )


def _absent(installation: Installation) -> set[str]:
    """The modules that the configuration has no use for."""
    configuration = installation.load()
    return {
        module.__name__.split(".")[1]
        for module in modules("presence")
        if not module.is_here(configuration)
    }


def _require_tables(*, being_made: bool, absent: Callable[[], set[str]] = set) -> None:
    """Refuse a database that holds nothing yet: asking it would make an empty file and a trace.

    Where Ringwall has just been started they are ``being_made``, or brought up to date.
    """
    missing = "the database has no tables yet"
    hint = "`ringwall up` makes them"
    name = str(connection.settings_dict["NAME"])
    deadline = time.monotonic() + _BEING_MADE_S
    while True:
        is_there = connection.vendor != "sqlite" or os.path.exists(name)  # noqa: PTH110 - may be a URI
        try:
            done = _applied() if is_there else set()
        except DatabaseError as error:
            msg = f"the database cannot be reached: {str(error).splitlines()[0]}"
            raise Refused(msg, hint="see `database` in ringwall.yaml") from error
        missing_of = {app for app, _ in _ours() - done}
        if not missing_of or (done and missing_of <= absent()):
            return
        if not being_made or time.monotonic() > deadline:
            if done:
                missing, hint = "the database has tables of an older version", f"{hint} new"
            raise Refused(missing, hint=hint, code=ExitCode.NOT_RUNNING)
        time.sleep(0.2)


def _ours() -> set[tuple[str, str]]:
    """The migrations of our own apps that there are, by app and name."""
    return {
        (app.label, found.name)
        for app in apps.get_app_configs()
        if app.name.startswith(_OUR_APPS)
        and importlib.util.find_spec(f"{app.name}.migrations") is not None
        for found in pkgutil.iter_modules(
            importlib.import_module(f"{app.name}.migrations").__path__
        )
    }


def _applied() -> set[tuple[str, str]]:
    """Those of them that are in; a worker that has just been started is at it."""
    return set(MigrationRecorder(connection).applied_migrations()) & _ours()
