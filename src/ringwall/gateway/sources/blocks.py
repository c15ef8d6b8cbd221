"""Blocks that people make: added, listed and taken back in the tables, which the edges follow."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Final

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet, Sum

from ringwall.gateway.config import Network
from ringwall.gateway.envoy.denied import AT_MOST
from ringwall.gateway.models import Block
from ringwall.gateway.sources.denials import Denial
from ringwall.gateway.sources.kinds import MOST_AGENTS, Kind, Meant
from ringwall.gateway.sources.sparing import without

_KEPT: Final = timedelta(days=90)
"""So long is a block remembered that is over."""

_MOST: Final[Mapping[Kind, int]] = {
    Kind.COUNTRY: 300,
    Kind.SYSTEM: 2_000,
    Kind.FINGERPRINT: 2_000,
    Kind.AGENT: MOST_AGENTS,
}
_CALLED: Final[Mapping[Kind, str]] = {
    Kind.NETWORK: "networks",
    Kind.COUNTRY: "countries",
    Kind.SYSTEM: "systems",
    Kind.FINGERPRINT: "fingerprints",
    Kind.AGENT: "user agents",
}


class TooManyBlocksError(ValueError):
    """There is no room for another."""


def add(
    what: Meant,
    *,
    reason: str,
    author: str,
    until: datetime | None,
    now: datetime,
    spared: Sequence[Network] = (),
) -> Block:
    """Deny a source, in place of what was said of it before.

    :class:`TooManyBlocksError` when as many are denied as an edge takes; of networks, what is cut
    for who is ``spared`` counts in pieces.
    """
    with transaction.atomic():
        before = live(now).filter(kind=what.kind)
        same = before.filter(what=what.text)
        most = AT_MOST if what.kind is Kind.NETWORK else _MOST[what.kind]
        if before.count() - same.count() >= most:
            msg = f"{most} {_CALLED[what.kind]} are blocked already"
            raise TooManyBlocksError(msg)
        if what.kind is Kind.NETWORK:
            _require_room(what.network, before, spared)
        same.update(lifted=now, lifted_by=author[:100])
        return Block.objects.create(
            kind=what.kind,
            what=what.text,
            reason=reason[:300],
            author=author[:100],
            since=now,
            until=until,
        )


def _require_room(network: Network, before: QuerySet[Block], spared: Sequence[Network]) -> None:
    others = [ip_network(one.what) for one in before if one.what != str(network)]
    pieces = sum(1 for _ in without([network, *others], spared))
    if pieces > AT_MOST:
        msg = (
            f"without those who are spared the blocks would be {pieces} networks,"
            f" of which {AT_MOST} have room"
        )
        raise TooManyBlocksError(msg)


def remove(what: Meant, *, author: str, now: datetime) -> int:
    """Take a block back; how many there were of just this."""
    found = live(now).filter(kind=what.kind, what=what.text)
    return found.update(lifted=now, lifted_by=author[:100])


def live(now: datetime) -> QuerySet[Block]:
    """The blocks that hold at ``now``, the oldest first."""
    rows = Block.objects.filter(Q(until__isnull=True) | Q(until__gt=now), lifted__isnull=True)
    return rows.order_by("since", "pk")


def denials(now: datetime) -> Mapping[Network, Denial]:
    """The networks among them as the edge is told them."""
    rows = live(now).filter(kind=Kind.NETWORK)
    return {ip_network(one.what): Denial(one.until, one.reason) for one in rows.iterator()}


def others(now: datetime) -> Mapping[str, Denial]:
    """The same of all that is no network, as it is written."""
    rows = live(now).exclude(kind=Kind.NETWORK)
    return {one.what: Denial(one.until, one.reason) for one in rows.iterator()}


def state() -> tuple[int, int, int, int]:
    """What differs after every change that can be seen (see :func:`revocations.state`)."""
    found = Block.objects.aggregate(
        last=Max("pk"), count=Count("*"), sum=Sum("pk"), lifted=Count("lifted")
    )
    return found["last"] or 0, found["count"], int(found["sum"] or 0), found["lifted"]


def forget_outdated(now: datetime) -> int:
    """Delete what was over long ago; how many."""
    over = Q(until__lte=now - _KEPT) | Q(lifted__lte=now - _KEPT)
    return Block.objects.filter(over).delete()[0]
