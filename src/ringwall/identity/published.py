"""What identity publishes to the edges of its machine, in files: keys and what is revoked."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from ringwall.identity.keyring import Keyring
from ringwall.identity.kinds import Purpose
from ringwall.runtime.private_files import private_folder, write_private

_REVOKED: Final = "identity/revoked.json"


def ready_keys(state: Path, now: datetime) -> bool:
    """Make the keys that are missing or due, and drop outdated ones; whether anything changed."""
    return any([Keyring(state, one).turn(now) for one in Purpose])  # noqa: C419 - every one of them


def key_sets(state: Path) -> dict[Purpose, dict[str, Any]]:
    """The public keys of every purpose (RFC 7517 section 5)."""
    return {purpose: Keyring(state, purpose).jwks() for purpose in Purpose}


def revoked(state: Path) -> dict[str, tuple[str, ...]]:
    """What was revoked when it was last written down; survives a database that is gone."""
    path = state / _REVOKED
    if not path.exists():
        return {}
    found = json.loads(path.read_bytes())
    return {subject: tuple(values) for subject, values in found.items()}


def keep_revoked(state: Path, values: Mapping[str, tuple[str, ...]]) -> bool:
    """Write down what is revoked; whether it differs from before."""
    path = state / _REVOKED
    content = json.dumps(values, sort_keys=True, separators=(",", ":")).encode()
    if path.exists() and path.read_bytes() == content:
        return False
    private_folder(path.parent)
    write_private(path, content)
    return True
