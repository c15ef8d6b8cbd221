"""The first administrator: made by whoever has a link that only the host's operator sees.

There is no default password. While no administrator exists, ``ringwall up`` prints a link that
holds once and for 15 minutes; its secret is kept as a hash in a file of the state folder, since the
process that prints it knows no database. A marker file there says that an administrator exists. The
database decides: see :mod:`ringwall.identity.founding`.
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from ringwall.identity.facts import Facts
from ringwall.identity.secrets import hash_of, new_secret
from ringwall.runtime.private_files import locked, private_folder, write_private

FILE: Final = "identity/first.json"
MARKER: Final = "identity/administrator"
LIFE: Final = timedelta(minutes=15)


class Standing(StrEnum):
    """What a link is worth."""

    GOOD = "good"
    LATE = "late"
    WORTHLESS = "worthless"
    """Used, replaced by a newer one, or never ours: which of them is nobody's business."""


def first_link(state: Path, facts: Facts, now: datetime) -> str | None:
    """Return a new link that makes the first administrator; the one before is worth nothing then.

    ``None`` when there is an administrator already, or no host to sign in at.
    """
    if is_settled(state) or facts.settings.host is None:
        return None
    secret = new_secret()
    path = state / FILE
    private_folder(path.parent)
    told = {
        "hash": hash_of(secret),
        "made": now.isoformat(),
        "expires": (now + LIFE).isoformat(),
    }
    with locked(path.parent / ".first.lock"):
        if is_settled(state):
            return None
        write_private(path, json.dumps(told).encode())
    return f"{facts.origin}/first?secret={secret}"


def standing(state: Path, secret_hash: str, now: datetime) -> Standing:
    """What the link with this hash is worth at ``now``."""
    try:
        found = json.loads((state / FILE).read_bytes())
        kept, made = str(found["hash"]), datetime.fromisoformat(found["made"])
        expires = datetime.fromisoformat(found["expires"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return Standing.WORTHLESS
    if not secrets.compare_digest(kept.encode(), secret_hash.encode("utf-8", "replace")):
        return Standing.WORTHLESS
    # A clock that was set back must not give an old link a new life.
    return Standing.GOOD if made - timedelta(minutes=1) <= now < expires else Standing.LATE


@contextmanager
def taking(state: Path) -> Iterator[None]:
    """Hold the link against every other process: inside, ask :func:`standing` and settle."""
    private_folder((state / FILE).parent)
    with locked((state / FILE).parent / ".first.lock"):
        yield


def settle(state: Path, *, has_administrator: bool) -> None:
    """Write down what the database says: whether there is an administrator."""
    marker = state / MARKER
    private_folder(marker.parent)
    if not has_administrator:
        marker.unlink(missing_ok=True)
        return
    if not marker.exists():
        write_private(marker, b"")
    (state / FILE).unlink(missing_ok=True)


def is_settled(state: Path) -> bool:
    """Whether an administrator was there when the database was last asked."""
    return (state / MARKER).exists()
