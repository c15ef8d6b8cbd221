"""Lines of the edge's record, as Envoy writes them.

Envoy sorts the keys of a line, and escapes what JSON asks to be escaped, so that nearly every line
is canonical as it comes: it is taken as it is, but for the address of who is known, which is a
personal part.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
import orjson

from ringwall.lake.canonical import canonical
from ringwall.lake.entries import LONGEST, ROOM
from ringwall.lake.sources.accepted import EDGE, Accepted, quarantined

_SOURCE: Final = b"edge"


class _Line(msgspec.Struct):
    """What has to be known of a line; the rest is checked to be JSON and passed over."""

    time: str
    request_id: str | None
    user: str | None
    client: str | None
    status: int


_decode = msgspec.json.Decoder(_Line).decode
_TIME: Final = len("2026-11-27T03:43:22.058Z")


_BEGINS: Final = b'{"action":'
"""How Envoy begins every line. Within a text its quotes would have backslashes before them."""


def _apart(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines, and one that was begun by an Envoy that was killed apart from what followed it."""
    for line in lines:
        begin = line.rfind(_BEGINS)
        if begin > 0 and _BEGINS.startswith(line[: min(begin, len(_BEGINS))]):
            yield line[:begin]
            yield line[begin:]
        else:
            yield line


def edge_events(lines: Iterable[bytes], *, now: int) -> Iterator[Accepted]:
    """The events of some lines; ``now`` is in microseconds since 1970."""
    for written in _apart(lines):
        line = written
        if b':""' in line:  # what Envoy had no value for; within a text a quote has a backslash
            line = line.replace(b':"",', b":null,").replace(b':""}', b":null}")
        try:
            head = _decode(line)
            if not line.isascii():
                line.decode()
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield quarantined(
                line, of="edge", reason=f"it is no line of a record: {error}", now=now
            )
            continue
        if len(line) > LONGEST - ROOM:
            yield quarantined(line, of="edge", reason="it is too long", now=now)
            continue
        time = head.time
        if len(time) != _TIME or time[10] != "T" or time[-1] != "Z":
            reason = "it does not say when it was"
            yield quarantined(line, of="edge", reason=reason, now=now)
            continue
        flags = b""
        if b"\\u" in line or b"\x7f" in line or not line.isascii():
            line, is_changed = canonical(orjson.loads(line))
            flags = b"neutralised" if is_changed else b""
        if head.user is None or head.client is None:
            yield Accepted(_SOURCE, EDGE, line, {}, flags)
            continue
        address = b'"%b"' % head.client.encode()
        # Within a text every quote has a backslash before it, so this is found in no text.
        before, found, after = line.partition(b'"client":' + address + b",")
        if not found:
            yield quarantined(line, of="edge", reason="its form is unknown", now=now)
            continue
        part = {head.user: b'{"client":%b}' % address}
        yield Accepted(_SOURCE, EDGE, before + after, part, flags)
