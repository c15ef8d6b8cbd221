"""Slowing guesses down: leaky buckets that all processes share.

A try pours a drop into every bucket it belongs to; a bucket leaks one drop in so many seconds. When
one of them would run over, the try is refused, is told when there will be room, and pours nothing.
So whoever guesses gets slower and slower, down to the leak; nobody is ever locked out for good.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from django.db import transaction

from ringwall.identity.models import Throttle


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of bucket. It holds ``burst`` drops and leaks one every ``every`` seconds."""

    name: str
    burst: int
    every: float


@dataclass(frozen=True, slots=True)
class Bucket:
    """How full a bucket was at a time, in seconds since 1970."""

    level: float
    at: float


@dataclass(frozen=True, slots=True)
class Charge:
    """One drop for the bucket of ``subject`` under ``rule``."""

    rule: Rule
    subject: str

    @property
    def key(self) -> str:
        """The bucket's key, from which the subject cannot be read."""
        digest = hashlib.sha256(self.subject.encode("utf-8", "replace")).hexdigest()
        return f"{self.rule.name}:{digest[:40]}"


def leaked(bucket: Bucket | None, rule: Rule, now: float) -> float:
    """The drops that are left at ``now``; a clock that was set back leaks nothing. Pure."""
    if bucket is None:
        return 0.0
    return max(0.0, bucket.level - max(0.0, now - bucket.at) / rule.every)


def wait_for(bucket: Bucket | None, rule: Rule, now: float) -> float:
    """Seconds until there is room for one more drop: 0 when there is now. Pure."""
    over = leaked(bucket, rule, now) + 1.0 - rule.burst
    wait = over * rule.every
    # What is left of rounding, of drops or of the clock, must not make somebody wait for nothing.
    return 0.0 if over < 1e-9 or wait <= 2 * math.ulp(now) else wait


def poured(bucket: Bucket | None, rule: Rule, now: float, drops: float = 1.0) -> Bucket:
    """The bucket after ``drops`` more, or fewer, never below empty. Pure."""
    return Bucket(max(0.0, leaked(bucket, rule, now) + drops), now)


def spend(charges: Iterable[Charge], now: datetime) -> float:
    """Pour a drop into every bucket, or into none and return the seconds to wait.

    Atomic over all processes: of two tries for one drop's room, one is refused.
    """
    wanted = {charge.key: charge.rule for charge in charges}
    moment = now.timestamp()
    with transaction.atomic():
        found = _locked(sorted(wanted))
        wait = max((wait_for(found[k], rule, moment) for k, rule in wanted.items()), default=0.0)
        if wait > 0:
            for key, rule in wanted.items():
                if found[key].at > moment:
                    # The clock was set back: it leaks from now on, not when that time comes again.
                    _write(key, poured(found[key], rule, moment, 0.0))
            return wait
        for key, rule in wanted.items():
            _write(key, poured(found[key], rule, moment))
    return 0.0


def wait_of(charges: Iterable[Charge], now: datetime) -> float:
    """Seconds until each bucket has room for a drop; only looks, and pours none."""
    wanted = {charge.key: charge.rule for charge in charges}
    rows = Throttle.objects.filter(key__in=list(wanted))
    return max(
        (
            wait_for(Bucket(row.level, row.at.timestamp()), wanted[row.key], now.timestamp())
            for row in rows
        ),
        default=0.0,
    )


def give_back(charges: Iterable[Charge], now: datetime) -> None:
    """Take the drops of one try out again, which was no guess; those of others stay."""
    wanted = {charge.key: charge.rule for charge in charges}
    moment = now.timestamp()
    with transaction.atomic():
        found = _locked(sorted(wanted))
        for key, rule in wanted.items():
            _write(key, poured(found[key], rule, moment, -1.0))


def forget_empty(rules: Sequence[Rule], now: datetime) -> int:
    """Delete buckets that have run dry: they are as good as none. How many."""
    done = 0
    for rule in rules:
        rows = Throttle.objects.filter(key__startswith=f"{rule.name}:")
        for level in sorted({1, 2, 4, rule.burst}):
            dry = now - timedelta(seconds=level * rule.every)
            done += rows.filter(level__lte=level, at__lte=dry).delete()[0]
    return done


def _locked(keys: Sequence[str]) -> Mapping[str, Bucket]:
    """The buckets, made where there were none, held until the end of the transaction."""
    rows = Throttle.objects.select_for_update().filter(key__in=keys).order_by("key")
    found = {row.key: Bucket(row.level, row.at.timestamp()) for row in rows}
    if len(found) < len(keys):
        fresh = [Throttle(key=key, level=0.0, at=_LONG_AGO) for key in keys if key not in found]
        Throttle.objects.bulk_create(fresh, ignore_conflicts=True)
        found = {row.key: Bucket(row.level, row.at.timestamp()) for row in rows.all()}
    return found


_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


def _write(key: str, bucket: Bucket) -> None:
    at = datetime.fromtimestamp(bucket.at, UTC)
    Throttle.objects.filter(key=key).update(level=bucket.level, at=at)


def address_block(address: str | None) -> str:
    """Who an address is: itself, or for IPv6 its /64, which one customer has as a whole."""
    return _block(address, v4=32, v6=64)


def network_block(address: str | None) -> str:
    """The network an address is in: /24, or for IPv6 /48."""
    return _block(address, v4=24, v6=48)


def _block(address: str | None, *, v4: int, v6: int) -> str:
    try:
        found = ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    length = v4 if found.version == 4 else v6
    return str(ip_network(f"{found}/{length}", strict=False))
