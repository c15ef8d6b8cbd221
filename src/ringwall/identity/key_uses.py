"""When and from where keys were used last: read from the edge's own record of requests.

The edge verifies keys without asking anybody, so its record is what tells of their use. It is read
on from where the last reading ended.
"""

import ipaddress
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db.models import Q

from ringwall.identity.models import ApiKey
from ringwall.runtime.private_files import private_folder, write_private

RECORD: Final = "spool/edge/access.jsonl"
_MARK: Final = "identity/key-uses.json"
_AT_ONCE: Final = 64 * 1024 * 1024
_LONGEST_LINE: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Use:
    """A request with a key."""

    key: str
    at: datetime
    address: str | None


def follow(state: Path) -> int:
    """Read what is new in the record, and note it; how many keys were in use."""
    record = state / RECORD
    try:
        file = record.open("rb")
    except FileNotFoundError:
        return 0
    with file:
        inode = record.stat().st_ino
        start = _start(state, inode, size=record.stat().st_size)
        file.seek(start)
        content = file.read(_AT_ONCE)
    whole = content[: content.rfind(b"\n") + 1]
    if not whole and len(content) > _LONGEST_LINE:
        whole = content  # a line that has no end is none of the edge's
    uses = latest(uses_in(whole.splitlines()))
    note(uses)
    # Only then: what is read twice after a crash says the same again.
    private_folder((state / _MARK).parent)
    told = {"inode": inode, "offset": start + len(whole)}
    if whole:
        write_private(state / _MARK, json.dumps(told).encode())
    return len(uses)


def uses_in(lines: Iterable[bytes]) -> Iterator[Use]:
    """Requests with keys among lines of the record; what cannot be read is left out."""
    for line in lines:
        if b'"k' not in line:
            continue
        try:
            found: Any = json.loads(line)
            key, at = found["session"], datetime.fromisoformat(found["time"])
        except (ValueError, KeyError, TypeError):
            continue
        if isinstance(key, str) and key.startswith("k") and len(key) <= 32 and at.tzinfo:
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


def _start(state: Path, inode: int, *, size: int) -> int:
    """Where to read on; a record that was turned or cut is read from its beginning."""
    try:
        found = json.loads((state / _MARK).read_bytes())
        if found["inode"] == inode and 0 <= found["offset"] <= size:
            return int(found["offset"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        pass
    return 0
