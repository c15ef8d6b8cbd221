"""The time, written the way every table and answer of the shop writes it."""

from datetime import UTC, datetime


def now() -> str:
    """Return the moment in UTC to the second (RFC 3339), for example ``2026-11-23T09:30:00Z``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
