"""What past requests are judged with: the record, the configurations of then, the tables."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from ringwall.access.config import ACCESS, Access
from ringwall.core.principals import Principal
from ringwall.gateway.compiled import compiled
from ringwall.gateway.recorded import Tables
from ringwall.gateway.rejudging import Rejudging
from ringwall.gateway.replaying import Era, Eras
from ringwall.gateway.shadows import at_home, changed, files_below
from ringwall.gateway.versions import DamagedVersionError, VersionStore
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.configuration import Configuration, ConfigurationError, Section

_MOST_KNOWN: Final = 200_000


def eras(versions: VersionStore, sections: tuple[Section, ...]) -> Eras:
    """Every configuration that was in force, read when a request asks for it.

    Versions of the same content are judged by one. Damaged ones are left out: what was decided by
    policies that no other has cannot be judged again then.
    """
    kept = versions.readable()
    known: dict[str, Era | None] = {}

    def load(position: int) -> Era | None:
        version = kept[position]
        if version.hash not in known:
            try:
                wanted = Wanted.of(versions.load(version, sections))
            except (DamagedVersionError, ConfigurationError):
                known[version.hash] = None
            else:
                known[version.hash] = era(wanted)
        return known[version.hash]

    return Eras([version.time.timestamp() for version in kept], load)


def era(wanted: Wanted) -> Era:
    """A configuration as one that was in force."""
    policies = None if wanted.policies is None else compiled(wanted.policies, wanted.world).hash
    return Era(policies, Rejudging(wanted))


def with_policies(
    configuration: Configuration, folder: Path, sections: tuple[Section, ...]
) -> Wanted:
    """A configuration with the policies of a folder instead of its own, judged like any other.

    ``ConfigurationError`` tells everything that is wrong with them, at the files of the folder;
    ``LookupError`` that it has none.
    """
    name = configuration.one(Access, ACCESS).policies or "policies"
    files = files_below(folder, name)
    try:
        return Wanted.of(changed(configuration, files, sections))
    except ConfigurationError as error:
        raise at_home(error, folder, name) from error


def tables(modules: Iterable[Any], last_proof: Callable[[str], int | None]) -> Tables:
    """Principals as the database knows them now, each asked for once."""
    several = list(modules)

    @lru_cache(maxsize=_MOST_KNOWN)
    def principals(text: str) -> tuple[Principal, ...]:
        return tuple(one for module in several for one in module.find(text))

    def principal(id_: str, tenant: str | None, key: str | None) -> Principal | None:
        for one in principals(key or id_):
            if one.tenant == tenant and one.key == key:
                return one
        return None

    return Tables(principal, lru_cache(maxsize=_MOST_KNOWN)(last_proof))
