"""When and from where keys were used last: read from the edge's own record of requests.

The edge verifies keys without asking anybody, so its record is what tells of their use. It is read
on from where the last reading ended.
"""

import ipaddress
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db.models import Q

from ringwall.identity.models import ApiKey
from ringwall.runtime.private_files import private_folder, write_private
from ringwall.runtime.spool.following import Mark, read_on

RECORD: Final = "spool/edge/access.jsonl"
_MARK: Final = "identity/key-uses.json"
_AT_ONCE: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Use:
    """A request with a key."""

    key: str
    at: datetime
    address: str | None


def follow(state: Path) -> int:
    """Read what is new in the record, and note it; how many keys were in use."""
    before = _mark(state)
    lines, mark = read_on(state / RECORD, before, at_most=_AT_ONCE)
    uses = latest(uses_in(lines))
    note(uses)
    # Only then: what is read twice after a crash says the same again.
    if mark is not None and mark != before:
        private_folder((state / _MARK).parent)
        write_private(state / _MARK, json.dumps(asdict(mark)).encode())
    return len(uses)


def uses_in(lines: Iterable[bytes]) -> Iterator[Use]:
    """Requests with keys among lines of the record; what cannot be read is left out.

    So is what came to no route: keys are verified at routes only, and lines that name somebody
    nevertheless repeat what the client has sent.
    """
    for line in lines:
        if b'"k' not in line:
            continue
        try:
            found: Any = json.loads(line)
            key, at = found["session"], datetime.fromisoformat(found["time"])
            is_verified = bool(found["route"])
        except (ValueError, KeyError, TypeError):
            continue
        is_key = isinstance(key, str) and key.startswith("k") and len(key) <= 32
        if is_key and is_verified and at.tzinfo:
            yield Use(key, at, _address(found.get("client")))


def _address(value: object) -> str | None:
    try:
        return str(ipaddress.ip_address(str(value)))
    except ValueError:
        return None


def latest(uses: Iterable[Use]) -> dict[str, Use]:
    """The last use of each key."""
    found: dict[str, Use] = {}
    for use in uses:
        if use.key not in found or found[use.key].at <= use.at:
            found[use.key] = use
    return found


def note(uses: dict[str, Use]) -> None:
    """Write uses down, never an older one over a newer."""
    for use in uses.values():
        earlier = Q(last_use=None) | Q(last_use__lt=use.at)
        rows = ApiKey.objects.filter(earlier, pk=use.key)
        rows.update(last_use=use.at, last_address=use.address)


def _mark(state: Path) -> Mark | None:
    """Where the last reading ended; without it the whole record is read again."""
    try:
        found = json.loads((state / _MARK).read_bytes())
        return Mark(str(found["first"]), max(0, int(found["offset"])))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
