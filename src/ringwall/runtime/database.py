"""Django's ``DATABASES`` from a URL, or from the state folder when there is none."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def database_settings(url: str | None, *, state: Path) -> dict[str, Any]:
    """One entry of ``DATABASES``.

    ``postgresql://user:password@host:port/name?sslmode=verify-full``; a host that is a folder
    (``?host=/run/postgresql``) is a unix socket. ``ValueError`` names what is wrong with the URL,
    never the password in it.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(state / "ringwall.sqlite3"),
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                ),
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        msg = f"the database URL begins with {parts.scheme!r}: only postgresql:// is understood"
        raise ValueError(msg)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    host = options.pop("host", parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")) or "ringwall",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **options},
    }
