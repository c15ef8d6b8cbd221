"""What was revoked while nobody followed, in force before the edge takes its first request.

The worker, which follows revocations, starts last, and what it asks the database with takes seconds
to load. Commands may have revoked something while this machine was stopped, and others with the
same database too. So a process of its own reads that table while the configuration is laid out.
"""

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Final

from ringwall.gateway.own_processes import REVOCATIONS, program
from ringwall.gateway.processes import own_environment
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.config import DATABASE, Database
from ringwall.runtime.configuration import Configuration
from ringwall.runtime.database import database_settings
from ringwall.runtime.installation import Installation

_AT_MOST_S: Final = 8.0
"""A database that does not answer keeps the edge from starting for no longer."""
_ANY: Final = "SELECT 1 FROM identity_revocation LIMIT 1"


def catch_up(installation: Installation, configuration: Configuration) -> bool:
    """Have the revocations of now written down; whether they are known.

    There are none to know where nobody signs in, or where the tables were never made.
    """
    if Wanted.of(configuration).identity.host is None or _holds_none(installation, configuration):
        return True
    try:
        ended = subprocess.run(
            program(REVOCATIONS),
            env=own_environment(installation, configuration),
            cwd=configuration.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_AT_MOST_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0


def _holds_none(installation: Installation, configuration: Configuration) -> bool:
    """Whether our own file of tables is not there, or has no revocation: most starts find it so.

    Any doubt is a no, and the tables are read as they are to be.
    """
    if configuration.one(Database, DATABASE).url is not None:
        return False
    file = Path(database_settings(None, state=installation.state)["NAME"])
    if not file.exists():
        return True
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=2)) as tables:
            return tables.execute(_ANY).fetchone() is None
    except sqlite3.Error:
        return False


def tell_once(installation: Installation) -> None:
    """Be that process: read the table, if it was ever made, and write down what it says.

    ``DatabaseError`` when the database does not answer.
    """
    import django  # noqa: PLC0415 - not for the supervisor

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ringwall.runtime.settings")
    django.setup()
    from django.db import connection  # noqa: PLC0415 - as above
    from django.utils import timezone  # noqa: PLC0415 - as above

    from ringwall.gateway.revoking import tell_only  # noqa: PLC0415 - needs the tables
    from ringwall.identity.models import Revocation  # noqa: PLC0415 - as above

    if Revocation._meta.db_table in connection.introspection.table_names():  # noqa: SLF001 - its public name
        tell_only(installation, timezone.now())
