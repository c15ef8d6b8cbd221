"""Events are the same whoever stands beside them, and the journal can say each leaf again."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.lake.batching import batch_of, hash_of
from ringwall.lake.entries import LONGEST, entry, leaf_hash
from ringwall.lake.journal import Journal
from ringwall.lake.repeats import Repeats
from ringwall.lake.sources.accepted import Accepted
from ringwall.lake.sources.edge import edge_events

_NOW = 1_795_000_000_000_000
_KEYS = {name: bytes([number]) * 32 for number, name in enumerate(("ann", "bob", "zoë"))}
_TEXTS = st.text(max_size=12) | st.sampled_from(["a\\u0041", "\x7f", "\x1b[2J", '"client":', ","])


@st.composite
def _lines(draw: st.DrawFn) -> bytes:
    """What the edge may write, now and then nonsense."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=20)).replace(b"\n", b"")
    line = {
        "client": draw(st.none() | st.sampled_from(["10.1.2.3", "2001:db8::1"])),
        "path": draw(_TEXTS),
        "request_id": draw(st.none() | _TEXTS),
        "status": draw(st.integers(0, 599)),
        "time": draw(st.sampled_from(["2026-11-27T03:43:22.058Z", "yesterday"])),
        "user": draw(st.none() | st.sampled_from(sorted(_KEYS))),
    }
    written = json.dumps(line, separators=(",", ":"), ensure_ascii=draw(st.booleans()))
    return written.encode("utf-8", "surrogatepass")


@given(st.lists(_lines(), max_size=12))
def test_a_line_becomes_the_same_event_whatever_stands_beside_it(lines: list[bytes]) -> None:
    together = list(edge_events(lines, now=_NOW))
    assert together == [one for line in lines for one in edge_events([line], now=_NOW)]


@given(st.lists(_lines(), min_size=1, max_size=12))
def test_what_the_journal_has_comes_to_the_leaves_of_the_tree(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> None:
    events = list(edge_events(lines, now=_NOW))
    made = batch_of(events, first=7, now=_NOW, key_of=_KEYS.__getitem__, repeats=Repeats())
    journal = Journal(Path(tmp_path_factory.mktemp("journal")))
    journal.prepare()
    batch = journal.write(7, made.lines, {}, made.kinds, count=len(events))
    rows = list(batch.rows())
    assert [row.leaf for row in rows] == list(range(7, 7 + len(events)))
    assert [hash_of(row, _KEYS.__getitem__) for row in rows] == made.hashes
    assert journal.batches() == [batch]


def test_the_longest_event_is_taken_and_one_byte_more_is_put_aside() -> None:
    def made(size: int) -> tuple[list[bytes], Accepted]:
        one = Accepted(b"edge", b"edge/1", b'{"path":"%b"}' % (b"a" * size))
        found = batch_of([one], first=0, now=_NOW, key_of=_KEYS.__getitem__, repeats=Repeats())
        return found.hashes, one

    def text(one: Accepted) -> bytes:
        return entry(one.raw, kind=one.kind, received=_NOW, seals=b"", source=one.source, flags=b"")

    room = LONGEST - len(text(made(0)[1]))
    hashes, longest = made(room)
    assert len(text(longest)) == LONGEST
    assert hashes == [leaf_hash(text(longest))]
    hashes, longer = made(room + 1)
    assert hashes != [leaf_hash(text(longer))]
