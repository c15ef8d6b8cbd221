"""From accepted events to rows of the journal and leaves of the tree."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ringwall.lake.canonical import sorted_json
from ringwall.lake.entries import LONGEST, entry, leaf_hash
from ringwall.lake.journal import Row
from ringwall.lake.repeats import Name, Repeats
from ringwall.lake.sealing import parts_of, salt, seal, seals_of
from ringwall.lake.sources.accepted import Accepted, quarantined

KeyOf = Callable[[str], bytes]


class Made(NamedTuple):
    """Lines for the journal, leaf hashes, and names that are to be known once both are kept."""

    lines: list[bytes]
    hashes: list[bytes]
    names: set[Name]
    kinds: frozenset[str]


def batch_of(
    accepted: Sequence[Accepted], *, first: int, now: int, key_of: KeyOf, repeats: Repeats
) -> Made:
    """The lines and the leaf hashes of events, the first of which gets this index.

    Events that came before or grew too long become quarantined ones. ``now`` is in microseconds
    since 1970.
    """
    lines, hashes = [], []
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
        text = entry(
            one.raw,
            kind=one.kind,
            received=received,
            seals=seals,
            source=one.source,
            flags=one.flags,
        )
        if len(text) > LONGEST:
            one = _aside(one, "it is too long", now)
            personal, received = b"", now
            text = entry(
                one.raw, kind=one.kind, received=now, seals=b"", source=one.source, flags=b""
            )
        kinds.add(one.kind)
        hashes.append(leaf_hash(text))
        lines.append(
            b"%d\t%d\t%b\t%b\t%b\t%b\t%b\n"
            % (index, received, one.source, one.kind, one.flags, personal, one.raw)
        )
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
