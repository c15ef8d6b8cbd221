"""What every command that asks the database does first."""

import os

from ringwall.runtime.config import DATABASE, Database
from ringwall.runtime.installation import Installation
from ringwall.runtime.refusals import ExitCode, Refused


def open_tables(installation: Installation) -> None:
    """Set Django up for the database of ``installation``.

    :class:`Refused` when its tables were never made, ``ConfigurationError`` when the configuration
    that names the database is wrong. Models can be imported only after this.
    """
    import django
    from django.apps import apps

    if not apps.ready:
        url = installation.load().one(Database, DATABASE).url
        os.environ.update(installation.environment())
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ringwall.runtime.settings")
        if url is not None:
            os.environ["RINGWALL_DATABASE_URL"] = url.reveal()
        django.setup()
    _require_tables()


def _require_tables() -> None:
    """Refuse a database that holds no people: asking it would make an empty file and a trace."""
    from django.db import DatabaseError, connection

    missing = "the database has no tables yet"
    hint = "`ringwall up` makes them"
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and not os.path.exists(str(name)):  # noqa: PTH110 - may be a URI
        raise Refused(missing, hint=hint, code=ExitCode.NOT_RUNNING)
    try:
        tables = connection.introspection.table_names()
    except DatabaseError as error:
        msg = f"the database cannot be reached: {str(error).splitlines()[0]}"
        raise Refused(msg, hint="see `database` in ringwall.yaml") from error
    if "identity_user" not in tables:
        raise Refused(missing, hint=hint, code=ExitCode.NOT_RUNNING)
