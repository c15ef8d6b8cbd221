"""Django's ``DATABASES`` from a URL, or from the state folder when there is none."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ringwall.runtime.table_files import RECORDS, table_file


class DatabaseUrlError(ValueError):
    """The URL of the database cannot be read; the text never repeats any of it."""


def database_settings(url: str | None, *, state: Path) -> dict[str, Any]:
    """One entry of ``DATABASES``.

    ``postgresql://user:password@host:port/name?sslmode=verify-full``; a host that is a folder
    (``?host=/run/postgresql``) is a unix socket. Special characters in the password are written
    ``%40``. :class:`DatabaseUrlError` says what is wrong with the URL.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(table_file(state, RECORDS)),
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                ),
            },
        }
    unreadable = "the database URL cannot be read: are special characters written like %40 and %2F?"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # Not kept as the cause: what cannot be read may be part of the password.
        raise DatabaseUrlError(unreadable) from None
    if parts.scheme not in {"postgresql", "postgres"}:
        msg = "the database URL does not begin with postgresql://, which alone is understood"
        raise DatabaseUrlError(msg)
    if set("@:/") & set(parts.path.removeprefix("/")) or "@" in parts.query or parts.fragment:
        # A password with an unquoted / ? or # goes on in what looks like the database's name.
        raise DatabaseUrlError(unreadable)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    host = options.pop("host", parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")) or "ringwall",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **options},
    }
