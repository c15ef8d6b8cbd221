"""When and from where keys were used last: read from the edge's own record of requests.

The edge verifies keys without asking anybody, so its record is what tells of their use. It is read
from the log, on from where the last reading ended.
"""

import ipaddress
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db.models import Q

from ringwall.identity.models import ApiKey
from ringwall.lake.key_uses import latest_uses
from ringwall.lake.places import Places
from ringwall.runtime.private_files import private_folder, write_private

_MARK: Final = "identity/key-uses.json"


@dataclass(frozen=True, slots=True)
class Use:
    """A request with a key."""

    key: str
    at: datetime
    address: str | None


def follow(state: Path, run: Path) -> int:
    """Read what is new in the log, and note it; how many keys were in use.

    What the collector has not read yet is noted once it has.
    """
    before = _mark(state)
    found, end = latest_uses(Places(state, run), before)
    note({key: Use(key, at, _address(address)) for key, at, address in found})
    # Only then: what is read twice after a crash says the same again.
    if end != before:
        private_folder((state / _MARK).parent)
        write_private(state / _MARK, json.dumps({"next": end}).encode())
    return len(found)


def _address(value: object) -> str | None:
    try:
        return str(ipaddress.ip_address(str(value)))
    except ValueError:
        return None


def note(uses: dict[str, Use]) -> None:
    """Write uses down, never an older one over a newer."""
    for use in uses.values():
        earlier = Q(last_use=None) | Q(last_use__lt=use.at)
        rows = ApiKey.objects.filter(earlier, pk=use.key)
        rows.update(last_use=use.at, last_address=use.address)


def _mark(state: Path) -> int:
    """The first event that was not looked at; without it the whole log is read again."""
    try:
        return max(0, int(json.loads((state / _MARK).read_bytes())["next"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return 0
