"""When a credential has to be renewed, and how worried to be about it. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

FILE_WARNING: Final = timedelta(days=21)
FILE_URGENT: Final = timedelta(days=7)
FILE_CRITICAL: Final = timedelta(days=1)


class Validity(Protocol):
    """Anything with a beginning and an end, aware and in UTC."""

    @property
    def not_before(self) -> datetime:
        """The first moment it counts."""

    @property
    def not_after(self) -> datetime:
        """The last moment it counts."""


class Watched(Validity, Protocol):
    """What status shows: it also matters who has to renew it."""

    @property
    def source(self) -> str:
        """``local``, ``acme`` (renewed by Ringwall) or ``file`` (renewed by the user)."""


class Judgment(StrEnum):
    """How a credential stands, from best to worst."""

    OK = "ok"
    RENEW_SOON = "renew-soon"
    EXPIRING = "expiring"
    CRITICAL = "critical"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"


def valid(credential: Validity, now: datetime) -> bool:
    """Whether it counts at ``now`` (RFC 5280 section 4.1.2.5: both ends included)."""
    return credential.not_before <= now <= credential.not_after


def due(credential: Validity, now: datetime) -> bool:
    """Whether a new one is to be made: two thirds of its life are over, or it does not count yet.

    The latter happens when the clock was ahead while it was made and has been set right since.
    """
    return now < credential.not_before or now >= due_at(credential)


def due_at(credential: Validity) -> datetime:
    """Return the moment two thirds of its life are over."""
    return credential.not_before + (credential.not_after - credential.not_before) * 2 / 3


def days_left(credential: Validity, now: datetime) -> float:
    """Days until the end, negative after it."""
    return (credential.not_after - now) / timedelta(days=1)


def judge(credential: Watched, now: datetime) -> Judgment:
    """Judge one credential.

    What the user brought warns 21, 7 and 1 days before its end. What Ringwall renews itself is due
    at 2/3 of its life; if that has not happened at 5/6 and 11/12, something keeps it from renewing.
    """
    if now > credential.not_after:
        return Judgment.EXPIRED
    if now < credential.not_before:
        return Judgment.NOT_YET_VALID
    left = credential.not_after - now
    soon, expiring, critical = FILE_WARNING, FILE_URGENT, FILE_CRITICAL
    if credential.source != "file":
        life = credential.not_after - credential.not_before
        soon, expiring, critical = life / 3, life / 6, life / 12
    if left <= critical:
        return Judgment.CRITICAL
    if left <= expiring:
        return Judgment.EXPIRING
    return Judgment.RENEW_SOON if left <= soon else Judgment.OK
