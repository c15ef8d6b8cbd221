"""What identity publishes to the edges of its machine, in files: keys and what is revoked."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from ringwall.identity.kinds import Purpose
from ringwall.runtime.private_files import private_folder, write_private

_REVOKED: Final = "identity/revoked.json"


def ready_keys(state: Path, now: datetime) -> bool:
    """Make the keys that are missing or due, and drop outdated ones; whether anything changed."""
    from ringwall.identity.keyring import Keyring  # noqa: PLC0415 - its libraries are large

    return any([Keyring(state, one).turn(now) for one in Purpose])  # noqa: C419 - every one of them


def key_sets(state: Path) -> dict[Purpose, dict[str, Any]]:
    """The public keys of every purpose (RFC 7517 section 5)."""
    from ringwall.identity.keyring import Keyring  # noqa: PLC0415 - as above

    return {purpose: Keyring(state, purpose).jwks() for purpose in Purpose}


Values = Mapping[str, tuple[str, ...]]
"""What is revoked, by subject, sorted."""


_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Revoked:
    """What is revoked, in two parts: the edge takes a small file in a moment, a large one later.

    ``recent`` is what came since ``settled`` was written down at ``at``. What was ``fresh`` then is
    recent too, until the edge has surely taken the large file. Together they are everything.
    """

    settled: Values = field(default_factory=dict)
    recent: Values = field(default_factory=dict)
    fresh: Values = field(default_factory=dict)
    at: datetime = _NEVER


_SMALL: Final = 500
"""So many are all recent: a file of that size is taken at once."""
_TAKEN_WITHIN: Final = timedelta(seconds=15)
"""Until then the edge has taken a file, however large."""


def parted(values: Values, before: Revoked, now: datetime, *, small: int = _SMALL) -> Revoked:
    """Everything that is revoked ``now``, in two parts, of which the large one changes seldom.

    Up to ``small`` values are all recent.

    What is over or lifted leaves the large part when that is written anew: at the latest after
    :data:`_TAKEN_WITHIN` for whatever was lifted.
    """
    if sum(map(len, values.values())) <= small:
        return Revoked({}, values, {}, before.at)
    new = _without(values, before.settled)
    is_taken = now - before.at > _TAKEN_WITHIN or now < before.at
    has_left = any(_without(before.settled, values).values())
    if is_taken and (has_left or sum(map(len, new.values())) > small):
        return Revoked(values, new, new, now)
    if is_taken:
        return Revoked(before.settled, new, {}, before.at)
    recent = {
        subject: tuple(sorted({*new[subject], *({*before.fresh.get(subject, ())} & {*found})}))
        for subject, found in values.items()
    }
    return Revoked(before.settled, recent, before.fresh, before.at)


def _without(values: Values, others: Values) -> Values:
    return {
        subject: tuple(sorted({*found} - {*others.get(subject, ())}))
        for subject, found in values.items()
    }


def revoked(state: Path) -> Revoked:
    """What was revoked when it was last written down; survives a database that is gone."""
    path = state / _REVOKED
    if not path.exists():
        return Revoked()
    found = json.loads(path.read_bytes())
    settled, recent, fresh = (
        {subject: tuple(values) for subject, values in found[part].items()}
        for part in ("settled", "recent", "fresh")
    )
    return Revoked(settled, recent, fresh, datetime.fromisoformat(found["at"]))


def keep_revoked(state: Path, values: Values, now: datetime) -> bool:
    """Write down what is revoked; whether it differs from before."""
    before = revoked(state)
    after = parted(values, before, now)
    if after == before:
        return False
    path = state / _REVOKED
    private_folder(path.parent)
    told = {**asdict(after), "at": after.at.isoformat()}
    write_private(path, json.dumps(told, sort_keys=True, separators=(",", ":")).encode())
    return True
