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
from ringwall.gateway.sources.sparing import without

_KEPT: Final = timedelta(days=90)
"""So long is a block remembered that is over."""


class TooManyBlocksError(ValueError):
    """There is no room for another."""


def add(
    network: Network,
    *,
    reason: str,
    author: str,
    until: datetime | None,
    now: datetime,
    spared: Sequence[Network] = (),
) -> Block:
    """Deny a network, in place of what was said of it before.

    :class:`TooManyBlocksError` when as many are denied as an edge takes at its door; what is cut
    for who is ``spared`` counts in pieces.
    """
    with transaction.atomic():
        before = live(now)
        same = before.filter(network=str(network))
        if before.count() - same.count() >= AT_MOST:
            msg = f"{AT_MOST} networks are blocked already"
            raise TooManyBlocksError(msg)
        others = [ip_network(one.network) for one in before if one.network != str(network)]
        pieces = sum(1 for _ in without([network, *others], spared))
        if pieces > AT_MOST:
            msg = (
                f"without those who are spared the blocks would be {pieces} networks,"
                f" of which {AT_MOST} have room"
            )
            raise TooManyBlocksError(msg)
        same.update(lifted=now, lifted_by=author[:100])
        return Block.objects.create(
            network=str(network), reason=reason[:300], author=author[:100], since=now, until=until
        )


def remove(network: Network, *, author: str, now: datetime) -> int:
    """Take a block back; how many there were of just this network."""
    return live(now).filter(network=str(network)).update(lifted=now, lifted_by=author[:100])


def live(now: datetime) -> QuerySet[Block]:
    """The blocks that hold at ``now``, the oldest first."""
    rows = Block.objects.filter(Q(until__isnull=True) | Q(until__gt=now), lifted__isnull=True)
    return rows.order_by("since", "pk")


def denials(now: datetime) -> Mapping[Network, Denial]:
    """The same as the edge is told it."""
    return {ip_network(one.network): Denial(one.until, one.reason) for one in live(now).iterator()}


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
