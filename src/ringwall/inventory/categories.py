"""Who stands in which categories, for modules that may not know the inventory. Found by discovery.

Such a module gets a :class:`Known` from ``categories(installation)``.
"""

from collections.abc import Callable, Collection, Mapping
from functools import cached_property, lru_cache

from ringwall.core.components import Component, Found
from ringwall.inventory.categorising import Rules
from ringwall.inventory.making import as_named
from ringwall.runtime.installation import Installation


class Known:
    """The components that somebody told of, and what the rules say of others."""

    def __init__(self, rules: Callable[[], Rules] = Rules) -> None:
        self._read = rules
        self._ruled = lru_cache(maxsize=10_000)(self._given)

    def of(self, components: Collection[str], /) -> Mapping[str, Component]:
        """Those with these ids, by id; without those that nobody told of."""
        from ringwall.inventory import service  # noqa: PLC0415 - needs the tables

        return service.categories_of(components)

    def ruled(self, found: Found, source: str, /) -> Mapping[str, str]:
        """The categories that a rule gives a component that nobody has told of, by name.

        ``source`` is who named it. ``ConfigurationError`` where the rules cannot be read.
        """
        return self._ruled(found, source)

    def _given(self, found: Found, source: str) -> Mapping[str, str]:
        given = self._rules.ruled(as_named(found), source)
        return {name: one.value for name, one in given.items()}

    @cached_property
    def _rules(self) -> Rules:
        return self._read()


def categories(installation: Installation) -> Known:
    """What the inventory of this installation says; whoever asks has opened its tables."""

    def read() -> Rules:
        from ringwall.inventory.filling import rules_of  # noqa: PLC0415 - needs the tables

        return rules_of(installation)

    return Known(read)
