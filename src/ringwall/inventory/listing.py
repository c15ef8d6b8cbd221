"""What a source tells the inventory: a scope's components and relations, as a whole or in part."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ringwall.core.components import Relation
from ringwall.core.observations import Collected

CATEGORIES: Final = "categories"
"""The aspect in which a component's own declaration says in which categories it stands."""

INTERNET: Final = "ringwall-network/internet"
"""The component that everybody is. A relation from it says that anybody can reach the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What ``source`` says of ``scope``, which is named the same the next time.

    Modules bring these by ``listings(installation)`` in their ``listings.py``, found by discovery.
    What is not in a ``complete`` one is gone; what is not in another may only not have been read.
    ``gone`` are ids that are known to be no more, whether or not it is complete.
    """

    source: str
    scope: str
    components: Iterable[Collected]
    relations: Iterable[Relation]
    complete: bool
    at: datetime
    gone: Iterable[str] = ()
    regions: frozenset[str] = frozenset()
    """Where was looked: what is in another region is not gone. Without any, everywhere."""
    why_partial: str = ""
    """What could not be read, where it is not complete."""
    opens: frozenset[str] = frozenset()
    """The kinds of which every way is told that the internet has to them: where there is none of
    these to be reached, that is knowledge. Of other kinds it is not known."""


@dataclass(slots=True)
class Taken:
    """What a listing changed: numbers of components and of relations."""

    told: int = 0
    appeared: int = 0
    changed: int = 0
    vanished: int = 0
    related: int = 0
    unrelated: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Ids that cannot be kept, and why."""

    @property
    def is_new(self) -> bool:
        """Whether anything is not as it was."""
        return any((self.appeared, self.changed, self.vanished, self.related, self.unrelated))
