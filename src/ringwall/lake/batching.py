"""From accepted events to rows of the journal and leaves of the tree."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from ringwall.lake.canonical import sorted_json
from ringwall.lake.entries import LONGEST, around, entry, leaf, leaf_hash
from ringwall.lake.journal import Row
from ringwall.lake.repeats import Name, Repeats
from ringwall.lake.sealing import parts_of, salt, seal, seals_of
from ringwall.lake.sources.accepted import Accepted, quarantined

KeyOf = Callable[[str], bytes]

_PIECES: Final = 1_536
"""Of lines, which are joined at once: 256 lines."""


class Made(NamedTuple):
    """Lines for the journal, leaf hashes, and names that are to be known once both are kept.

    Each of ``lines`` is several, joined while they are still in the processor's cache.
    """

    lines: list[bytes]
    hashes: list[bytes]
    names: set[Name]
    kinds: frozenset[str]


class _Same(NamedTuple):
    """What very many events have alike, in entries and in columns of the journal."""

    before: bytes
    after: bytes
    column: bytes


@lru_cache(maxsize=256)
def _same(source: bytes, kind: bytes, flags: bytes, received: int) -> _Same:
    before, after = around(kind=kind, received=received, source=source, flags=flags)
    return _Same(before, after, b"\t%d\t%b\t%b\t%b\t" % (received, source, kind, flags))


def batch_of(
    accepted: Sequence[Accepted], *, first: int, now: int, key_of: KeyOf, repeats: Repeats
) -> Made:
    """The lines and the leaf hashes of events, the first of which gets this index.

    Events that came before or grew too long become quarantined ones. ``now`` is in microseconds
    since 1970.
    """
    lines: list[bytes] = []
    line: list[bytes] = []
    hashes: list[bytes] = []
    names: set[Name] = set()
    kinds: set[bytes] = set()
    named: dict[str, bytes] = {}
    for index, given in enumerate(accepted, first):
        one = given if given.uid is None else _once(given, now, repeats, names)
        received = one.received or now
        if len(one.parts) == 1:  # as nearly all are
            ((subject, part),) = one.parts.items()
            name = named.get(subject) or named.setdefault(subject, sorted_json(subject))
            seals = b'{%b:"%b"}' % (name, seal(salt(key_of(subject), index), part))
            personal = b"{%b:%b}" % (name, part)
        else:
            seals = seals_of(one.parts, index, key_of)
            personal = _personal(one.parts)
        same = _same(one.source, one.kind, one.flags, received)
        hashed = leaf(one.raw, seals, same.before, same.after)
        if len(hashed) > LONGEST + 1:
            one = _aside(one, "it is too long", now)
            personal, same = b"", _same(one.source, one.kind, b"", now)
            hashed = leaf(one.raw, b"", same.before, same.after)
        kinds.add(one.kind)
        hashes.append(sha256(hashed).digest())
        line += (b"%d" % index, same.column, personal, b"\t", one.raw, b"\n")
        if len(line) >= _PIECES:
            lines.append(b"".join(line))
            line.clear()
    lines.append(b"".join(line))
    return Made(lines, hashes, names, frozenset(kind.decode() for kind in kinds))


def hash_of(row: Row, key_of: KeyOf) -> bytes:
    """The leaf hash of an event in the journal; ``KeyError`` where a subject's key is gone."""
    parts = parts_of(row.personal) if row.personal else {}
    seals = seals_of(parts, row.leaf, key_of)
    text = entry(
        row.raw,
        kind=row.kind,
        received=row.received,
        seals=seals,
        source=row.source,
        flags=row.flags,
    )
    return leaf_hash(text)


def _personal(parts: Mapping[str, bytes]) -> bytes:
    if not parts:
        return b""
    pairs = (b"%b:%b" % (sorted_json(subject), part) for subject, part in sorted(parts.items()))
    return b"{%b}" % b",".join(pairs)


def _once(one: Accepted, now: int, repeats: Repeats, names: set[Name]) -> Accepted:
    """The event, or that it has come before, or another by its name."""
    if one.uid is None or repeats.fresh((one.source, one.uid), names):
        return one
    return _aside(one, "it has come before", now)


def _aside(one: Accepted, reason: str, now: int) -> Accepted:
    more = None if one.uid is None else {"uid": one.uid}
    return quarantined(one.raw, of=one.source.decode(), reason=reason, now=now, more=more)
