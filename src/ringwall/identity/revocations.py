"""What ends tokens before their time. The edge follows these within a second."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from ringwall.identity.installed import current_facts
from ringwall.identity.models import Revocation, Subject

SKEW = timedelta(seconds=60)
"""So much longer is a revocation kept than any token lives: clocks differ, and a token that was
being made as its session ended lives a little longer."""

ACCESS_LIFE = timedelta(seconds=300)
"""Of access tokens, which name a session too, however short the tokens of cookies live."""

_SEEN_WITHIN = timedelta(minutes=1)


def until_tokens_end(now: datetime) -> datetime:
    """When the last token of any kind is over that a session may have been given until ``now``."""
    cookies = timedelta(seconds=current_facts().settings.token_lifetime)
    return now + max(cookies, ACCESS_LIFE)


def revoke(subject: Subject, value: str, *, until: datetime | None, reason: str) -> None:
    """Refuse tokens that name ``value`` until ``until``, or until it is lifted."""
    Revocation.objects.create(
        subject=subject, value=value, until=until and until + SKEW, reason=reason[:100]
    )


def end(subject: Subject, value: str, *, until: datetime) -> None:
    """Refuse tokens that name ``value`` until ``until`` and not for good, whatever was said before.

    In the caller's transaction, so that followers see no moment in between.
    """
    with transaction.atomic():
        Revocation.objects.filter(subject=subject, value=value, lifted=False, until=None).update(
            until=until + SKEW
        )


def lift(subject: Subject, value: str) -> None:
    """Take revocations of ``value`` back. What else was revoked with it stays so."""
    with transaction.atomic():
        Revocation.objects.filter(subject=subject, value=value, lifted=False).delete()
        # A new serial is how followers learn of it.
        until = timezone.now() + _SEEN_WITHIN
        Revocation.objects.create(subject=subject, value=value, until=until, lifted=True)


def serial() -> int:
    """A number that grows with every change."""
    found: int | None = Revocation.objects.aggregate(last=Max("serial"))["last"]
    return found or 0


def state() -> tuple[int, int, int]:
    """What differs after every change that can be seen.

    The last serial would not do: PostgreSQL gives them out as transactions begin, and one that
    ends late has a lower one than what was seen before it.
    """
    found = Revocation.objects.aggregate(last=Max("serial"), count=Count("*"), sum=Sum("serial"))
    return found["last"] or 0, found["count"], int(found["sum"] or 0)


def live(now: datetime) -> Mapping[str, tuple[str, ...]]:
    """Everything that is revoked at ``now``: values by subject, each sorted."""
    found: dict[str, set[str]] = {str(subject): set() for subject in Subject}
    rows = Revocation.objects.filter(Q(until__isnull=True) | Q(until__gt=now), lifted=False)
    for subject, value in rows.values_list("subject", "value"):
        found[subject].add(value)
    return {subject: tuple(sorted(values)) for subject, values in found.items()}


def forget_outdated(now: datetime) -> int:
    """Delete what concerns no living token any more; how many."""
    with transaction.atomic():
        last = serial()
        rows = Revocation.objects.filter(until__lte=now).exclude(serial=last)
        return rows.delete()[0]
