"""Lines of the edge's record, as Envoy writes them.

Envoy sorts the keys of a line, and escapes what JSON asks to be escaped, so that nearly every line
is canonical as it comes: it is taken as it is, but for the address of who is known, which is a
personal part.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

import msgspec
import orjson

from ringwall.lake.canonical import canonical
from ringwall.lake.entries import LONGEST, ROOM
from ringwall.lake.sources.accepted import EDGE, Accepted, quarantined

_SOURCE: Final = b"edge"


class _Line(msgspec.Struct, gc=False):
    """What has to be known of a line; the rest is checked to be JSON and passed over."""

    time: str
    request_id: str | None
    user: str | None
    client: str | None
    status: int


_decode = msgspec.json.Decoder(_Line).decode
_TIME: Final = len("2026-11-27T03:43:22.058Z")
_AT_ONCE: Final = 256
"""Lines that are looked over together."""
_BEGINS: Final = b'{"action":'
"""How Envoy begins every line. Within a text its quotes would have backslashes before them."""


def edge_events(lines: Iterable[bytes], *, now: int) -> Iterator[Accepted]:
    """The events of some lines; ``now`` is in microseconds since 1970."""
    left = iter(lines)
    while some := list(islice(left, _AT_ONCE)):
        text = b"\n".join(some)
        if not _are_whole(text, len(some)):
            some = list(_apart(some))
            text = b"\n".join(some)
        yield from _events(some, _are_plain(text), now)


def _are_whole(text: bytes, count: int) -> bool:
    """Whether so many lines begin, and nothing else does within them."""
    begun = text.count(b"\n" + _BEGINS) + text.startswith(_BEGINS)
    return begun == count and text.count(_BEGINS) == count


def _apart(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines, and one that was begun by an Envoy that was killed apart from what followed it."""
    for line in lines:
        begin = line.rfind(_BEGINS)
        if begin > 0 and _BEGINS.startswith(line[: min(begin, len(_BEGINS))]):
            yield line[:begin]
            yield line[begin:]
        else:
            yield line


def _are_plain(text: bytes) -> bool:
    """Whether nothing in some lines can have to be written otherwise, as hardly ever has."""
    return text.isascii() and b"\\" not in text and b"\x7f" not in text


def _events(lines: Iterable[bytes], are_plain: bool, now: int) -> Iterator[Accepted]:
    for written in lines:
        line = written
        try:
            head = _decode(line)
            if not (are_plain or line.isascii()):
                line.decode()
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield quarantined(
                written, of="edge", reason=f"it is no line of a record: {error}", now=now
            )
            continue
        if len(line) > LONGEST - ROOM:
            yield quarantined(written, of="edge", reason="it is too long", now=now)
            continue
        time = head.time
        if len(time) != _TIME or time[10] != "T" or time[-1] != "Z":
            reason = "it does not say when it was"
            yield quarantined(written, of="edge", reason=reason, now=now)
            continue
        flags = b""
        if not are_plain and (b"\\u" in line or b"\x7f" in line or not line.isascii()):
            line, is_changed = canonical(orjson.loads(line))
            flags = b"neutralised" if is_changed else b""
        if head.user is None or head.client is None:
            yield Accepted(_SOURCE, EDGE, line, {}, flags)
            continue
        address = head.client.encode()
        # Within a text every quote has a backslash before it, so this is found in no text.
        rest = line.replace(b'"client":"%b",' % address, b"", 1)
        if len(rest) == len(line):
            yield quarantined(written, of="edge", reason="its form is unknown", now=now)
            continue
        part = {head.user: b'{"client":"%b"}' % address}
        yield Accepted(_SOURCE, EDGE, rest, part, flags)
