"""What the inventory is told of the accounts that were read. Found by discovery."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from ringwall.core.components import Relation
from ringwall.core.observations import Collected, Observation, State
from ringwall.inventory.listing import INTERNET, Listing
from ringwall.posture.config import POSTURE, Posture
from ringwall.posture.keeping import Accounts, Kept
from ringwall.posture.reaching import NONE_TOLD, Coming, coming
from ringwall.posture.relating import OPENS, related
from ringwall.posture.snapshot.snapshot import Seen
from ringwall.runtime.installation import Installation

SOURCE: Final = "ringwall/posture"
_USE: Final = (
    *("RoleLastUsed", "PasswordLastUsed", "LastUsedDate", "last_used", "LastAccessed"),
    "LastAuthenticated",
)
"""What tells when something was used, which is no change of it."""


def listings(installation: Installation) -> Iterator[Listing]:
    """Each account as it was read last, if that is not known already. The tables are open."""
    from ringwall.inventory.service import taken_at  # noqa: PLC0415 - needs the tables

    accounts = Accounts(installation.state)
    bounded = is_bounded(installation)
    for account in accounts.all():
        read = accounts.read_at(account)
        if read is None or read != taken_at(SOURCE, account):
            kept = accounts.get(account)
            if kept is not None:
                yield from of_account(replace(kept, is_narrow=kept.is_narrow or bounded))


def is_bounded(installation: Installation) -> bool:
    """Whether accounts are read in some regions alone: what runs in others nobody knows."""
    if not installation.config.exists():
        return False
    accounts = installation.load().one(Posture, POSTURE).accounts
    return any(one.regions for one in accounts.values())


def of_account(kept: Kept, *, at: datetime | None = None) -> Iterator[Listing]:
    """A listing for each kind, since a scan may be of some kinds only, and one denied to it.

    What was listed in part makes nothing vanish. The last is of the account itself, and is empty:
    it says that all others were taken in. ``at`` is when what is told anew was read, where that
    was after the account was read as a whole. Of one that was read narrowly no ways are told.
    """
    snapshot = kept.snapshot
    found = related(snapshot)
    ways = Coming() if kept.is_narrow else coming(snapshot, kept.account)
    unsure = {
        component: why
        for component, why in (*ways.unsure.items(), *found.unsure.items())
        if component in found.unsure or component.partition("/")[0] in OPENS | NONE_TOLD
    }
    opens = (OPENS | ways.opens) - ways.left_out
    by_kind: dict[str, list[Relation]] = {}
    for relation in found.relations:
        whose = relation.target if relation.source == INTERNET else relation.source
        by_kind.setdefault(whose.partition("/")[0], []).append(relation)
    listed = {scope.kind for scope, _ in snapshot.all_listings()}
    for kind in sorted({*listed, *snapshot.kinds}):
        gaps = [told for _, told in snapshot.listings(kind) if not told.is_told]
        regions = frozenset(scope.region for scope, _ in snapshot.listings(kind))
        why = f"{gaps[0].api}: {gaps[0].why or gaps[0].state}" if gaps else "it was not listed"
        is_whole = kind in listed and not gaps
        yield Listing(
            source=SOURCE,
            scope=f"{kept.account}/{kind}",
            components=(_told(seen, unsure) for seen in snapshot.of_kind(kind)),
            relations=by_kind.get(kind, ()),
            complete=is_whole,
            regions=frozenset() if "" in regions else regions,
            why_partial="" if is_whole else why,
            at=kept.read if at is None else max(at, kept.read),
            opens=opens & {kind},
        )
    told = set(found.relations)
    if ways.is_known:  # else those stay that were told: a narrow scan ends none
        yield Listing(
            source=SOURCE,
            scope=f"{kept.account}/ways",
            components=(),
            relations=[one for one in ways.relations if one not in told],
            complete=True,
            at=kept.read if at is None else max(at, kept.read),
        )
    yield Listing(
        source=SOURCE,
        scope=kept.account,
        components=(),
        relations=(),
        complete=True,
        at=kept.read,
    )


def _told(seen: Seen, unsure: Mapping[str, str]) -> Collected:
    aspects = {name: _settled(told) for name, told in seen.aspects.items()}
    why = unsure.get(seen.found.id)
    if why is not None:
        aspects["ways"] = Observation(State.ERROR, api="ringwall", why=why)
    return Collected(found=seen.found, aspects=aspects, place=seen.place)


def _settled(told: Observation) -> Observation:
    return told if told.state is not State.KNOWN else replace(told, value=_without_use(told.value))


def _without_use(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_use(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {
        name: _without_use(one)
        for name, one in value.items()
        if not (isinstance(name, str) and any(use in name for use in _USE))
    }
