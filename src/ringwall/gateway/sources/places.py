"""Databases of countries and autonomous systems that operators bring, in MaxMind's format.

Envoy maps them into memory: a file that is copied over while it reads would end it. So what it
reads is a copy of our own, which is made whole, and only of what answers what is asked.
"""

import shutil
import stat
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import maxminddb

_UNREADABLE: Final = (OSError, ValueError, maxminddb.InvalidDatabaseError)
_LOOKED_AT: Final = 200
"""Records, of which one at the least says what is asked."""


class Place(StrEnum):
    """What a database tells of an address."""

    COUNTRY = "country"
    SYSTEM = "system"


def objection_to(file: Path, place: Place) -> str | None:
    """Why a file does not tell that of addresses; ``None`` if it does."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            return f"{file} is no file"
        file.open("rb").close()
    except FileNotFoundError:
        return f"there is no file {file}"
    except OSError as error:
        return f"{file} cannot be read: {error.strerror}"
    try:
        with maxminddb.open_database(file, maxminddb.MODE_FILE) as database:
            kind = database.metadata().database_type
            records = islice(iter(database), _LOOKED_AT)
            if not any(_TELLS[place](record) for _, record in records):
                return f"{file} ({kind}) does not tell the {place} of addresses, {_FORM[place]}"
    except _UNREADABLE:  # whatever is read out of something else
        return f"{file} is no whole database in MaxMind's format"
    return None


def take(file: Path, to: Path, place: Place) -> str | None:
    """Put a copy of a file in the place of another, in one moment, if it tells what is asked.

    Returns why it does not; nothing was put then. ``OSError`` when it cannot be copied. The copy is
    judged and not the file, which may be written to meanwhile.
    """
    fresh = to.with_name(f".new-{to.name}")
    try:
        with fresh.open("wb") as target, file.open("rb") as source:
            fresh.chmod(0o600)
            shutil.copyfileobj(source, target)
        why = objection_to(fresh, place)
        if why is None:
            fresh.replace(to)
            return None
        return why.replace(str(fresh), str(file))
    finally:
        fresh.unlink(missing_ok=True)


def made(file: Path) -> datetime | None:
    """When the data of a database was put together; ``None`` where it cannot be read."""
    try:
        with maxminddb.open_database(file, maxminddb.MODE_FILE) as database:
            return datetime.fromtimestamp(database.metadata().build_epoch, UTC)
    except _UNREADABLE:
        return None


def _tells_country(record: Any) -> bool:
    country = record.get("country") if isinstance(record, dict) else None
    return isinstance(country, dict) and isinstance(country.get("iso_code"), str)


def _tells_system(record: Any) -> bool:
    return isinstance(record, dict) and isinstance(record.get("autonomous_system_number"), int)


_TELLS: Final[Mapping[Place, Callable[[Any], bool]]] = MappingProxyType(
    {Place.COUNTRY: _tells_country, Place.SYSTEM: _tells_system}
)
_FORM: Final[Mapping[Place, str]] = MappingProxyType(
    {
        Place.COUNTRY: "as country.iso_code",
        Place.SYSTEM: "as autonomous_system_number",
    }
)
