"""Where an address is, as far as a database knows that the operator brought.

None comes with Ringwall: the free ones want a registration, or to be named, and all grow old. The
file may be replaced while Ringwall runs; the next question is put to the new one.
"""

import logging
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

import maxminddb

log = logging.getLogger("ringwall.identity")

_LANGUAGE: Final = "en"
_LONGEST: Final = 100
_UNREADABLE: Final = (OSError, ValueError, maxminddb.InvalidDatabaseError)


def place_in(file: Path, address: str) -> str:
    """City and country, or what a file knows of them; empty when it knows nothing."""
    try:
        if not ip_address(address).is_global:
            return ""
        found = _database(file, file.stat().st_mtime_ns).get(address)
    except _UNREADABLE as error:  # an address of a family that the file does not have, too
        log.warning("identity.places does not tell where addresses are: %s", error)
        return ""
    return in_words(found)


def in_words(record: object) -> str:
    """What a record says: MaxMind's own form has names by language, others are plain words.

    >>> in_words({"city": {"names": {"en": "Graz"}}, "country": {"names": {"en": "Austria"}}})
    'Graz, Austria'
    >>> in_words({"city": "Graz", "country_name": "Austria", "country": "AT"})
    'Graz, Austria'
    """
    if not isinstance(record, dict):
        return ""
    city = _name(record.get("city"))
    country = _name(record.get("country_name")) or _name(record.get("country"))
    return ", ".join(part for part in (city, country) if part)


def objection_to(file: Path) -> str | None:
    """Why a file tells nobody where addresses are; ``None`` if it does."""
    if not file.is_file():
        return f"there is no file {file}"
    try:
        with maxminddb.open_database(file, maxminddb.MODE_FILE) as database:
            kind = database.metadata().database_type
    except _UNREADABLE as error:
        return f"{file} cannot be read: {error}"
    words = kind.lower()
    if not any(word in words for word in ("city", "country", "location")):
        return f"{file} is a database of another kind ({kind})"
    return None


@lru_cache(maxsize=2)
def _database(file: Path, _stamp: int) -> maxminddb.Reader:
    # Not mapped into memory: a file that is copied over while we read would end the process.
    return maxminddb.open_database(file, maxminddb.MODE_MEMORY)


def _name(said: Any) -> str:
    names = said.get("names") if isinstance(said, dict) else None
    found = names.get(_LANGUAGE) if isinstance(names, dict) else said
    return found[:_LONGEST] if isinstance(found, str) and found.isprintable() else ""
