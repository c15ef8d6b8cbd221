"""Fill the inventory with what the modules know: each brings listings, found by discovery."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Final

from django.db import DatabaseError

from ringwall.inventory import deriving, taking
from ringwall.inventory.categorising import Rules
from ringwall.inventory.listing import Taken
from ringwall.inventory.rules import INVENTORY, Inventory
from ringwall.runtime.discovery import modules
from ringwall.runtime.installation import Installation
from ringwall.runtime.recording import RecordingError

_OVERTAKEN: Final = "another listing of it began meanwhile, which tells of it"


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of one listing. ``failed`` says why it could not be made; nothing changed then.

    ``partial`` says what of it could not be read: nothing vanished by it.
    """

    source: str
    scope: str
    taken: Taken | None
    partial: str = ""
    failed: str = ""


def rules_of(installation: Installation) -> Rules:
    """The rules of the configuration, ``ConfigurationError`` where it cannot be read."""
    return Rules(installation.load().one(Inventory, INVENTORY).rules)


def fill(
    installation: Installation, several: Iterable[ModuleType] | None = None
) -> Iterator[Filled]:
    """Take in all that the modules tell, then find out what follows of it.

    A module that cannot tell leaves what it told before, and the others go on.
    """
    rules = rules_of(installation)
    for module in modules("listings") if several is None else several:
        yield from _of(module, installation, rules)
    deriving.categorise_all(rules)
    deriving.reach_all()


def _of(module: ModuleType, installation: Installation, rules: Rules) -> Iterator[Filled]:
    source, scope = module.__name__, ""
    try:
        for listing in module.listings(installation):
            source, scope = listing.source, listing.scope
            taken = taking.take_or_leave(listing, rules)
            why = "" if listing.complete else listing.why_partial
            yield Filled(source, scope, taken or Taken(), why if taken else _OVERTAKEN)
    except RecordingError:
        raise
    except DatabaseError as error:
        yield Filled(source, scope, None, failed=f"the database cannot be used: {error}")
    except Exception as error:  # noqa: BLE001 - what the others tell can be taken in all the same
        yield Filled(source, scope, None, failed=f"{type(error).__name__}: {error}")
