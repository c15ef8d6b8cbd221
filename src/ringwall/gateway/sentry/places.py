"""Of which countries and autonomous systems addresses are, by the databases that operators bring.

They are asked when an attack is told, of the addresses that its sketch has: no request waits for
it. What no database knows is of no country and no system.
"""

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from ringwall.gateway.sentry.sources import Source

_MOST: Final = 5
_LONGEST_NAME: Final = 60

_log = logging.getLogger(__name__)


class Places:
    """``countries`` and ``systems`` are files in MaxMind's format; empty where there is none."""

    def __init__(self, countries: str, systems: str) -> None:
        self._files: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
            ("country", countries, _country),
            ("system", systems, _system),
        )
        self._failed = False

    def of(self, addresses: Iterable[tuple[str, float]]) -> tuple[Source, ...]:
        """Those with the most weight, by addresses, or networks as one, with theirs."""
        weights = dict(addresses)
        return tuple(
            source
            for what, file, name in self._files
            if file
            for source in self._most(what, Path(file), name, weights)
        )

    def _most(
        self, what: str, file: Path, name: Callable[[Any], str], weights: dict[str, float]
    ) -> list[Source]:
        import maxminddb  # noqa: PLC0415 - whoever brings no database pays nothing for it

        found: dict[str, float] = {}
        try:
            with maxminddb.open_database(file) as database:
                for address, weight in weights.items():
                    called = name(database.get(address.partition("/")[0]))
                    if called:
                        found[called] = found.get(called, 0.0) + weight
        except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
            if not self._failed:
                _log.warning("of which %s addresses are cannot be read: %r", what, error)
            self._failed = True
            return []
        self._failed = False
        most = sorted(found.items(), key=lambda one: (-one[1], one[0]))[:_MOST]
        return [Source(what, called, round(weight, 1)) for called, weight in most]


def _country(record: Any) -> str:
    country = record.get("country") if isinstance(record, dict) else None
    code = country.get("iso_code") if isinstance(country, dict) else None
    return code if isinstance(code, str) and code.isalpha() else ""


def _system(record: Any) -> str:
    number = record.get("autonomous_system_number") if isinstance(record, dict) else None
    if not isinstance(number, int):
        return ""
    whose = record.get("autonomous_system_organization")
    text = whose if isinstance(whose, str) and whose.isprintable() else ""
    return f"AS{number} {text}".strip()[:_LONGEST_NAME]
