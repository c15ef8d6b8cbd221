"""Where one request ends and the next begins, told in every way but the right one."""

from collections.abc import Mapping
from typing import Final

from tests.gateway.live.hostile_crafting import ABC, SECOND, TE, get, post


def _lengths(*values: bytes) -> bytes:
    return post(b"".join(b"Content-Length: " + value + b"\r\n" for value in values), b"abcd")


def _coding(value: bytes) -> bytes:
    return post(b"Transfer-Encoding: " + value + b"\r\n", ABC)


def _chunks(body: bytes) -> bytes:
    return post(TE, body)


REFUSED: Final[Mapping[str, bytes]] = {
    "length: twice the same": _lengths(b"4", b"4"),
    "length: two different": _lengths(b"4", b"3"),
    "length: a list": _lengths(b"4, 4"),
    "length: negative": _lengths(b"-4"),
    "length: plus": _lengths(b"+4"),
    "length: hexadecimal": _lengths(b"0x4"),
    "length: a space inside": _lengths(b"4 0"),
    "length: beyond 64 bits": _lengths(b"99999999999999999999999"),
    "length: empty": _lengths(b""),
    "length: decimal point": _lengths(b"4.0"),
    "length: quoted": _lengths(b'"4"'),
    "length: before chunked": post(b"Content-Length: 4\r\n" + TE, ABC),
    "length: after chunked": post(TE + b"Content-Length: 4\r\n", ABC),
    "length: before chunked, hiding a request": post(
        b"Content-Length: 5\r\n" + TE, b"0\r\n\r\n" + SECOND
    ),
    "length: with a coding in disguise": post(
        b"Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n", b"0\r\n\r\n" + SECOND
    ),
    "coding: unknown": _coding(b"xchunked"),
    "coding: identity": _coding(b"identity"),
    "coding: chunked, then identity": _coding(b"chunked, identity"),
    "coding: identity, then chunked": _coding(b"identity, chunked"),
    "coding: chunked twice": _coding(b"chunked, chunked"),
    "coding: chunked in two lines": post(TE + TE, ABC),
    "coding: identity and chunked in two lines": post(b"Transfer-Encoding: identity\r\n" + TE, ABC),
    "coding: gzip, then chunked": _coding(b"gzip, chunked"),
    "coding: quoted": _coding(b'"chunked"'),
    "coding: with a parameter": _coding(b"chunked;a=b"),
    "coding: an empty member": _coding(b",chunked"),
    "coding: vertical tab": _coding(b"\x0bchunked"),
    "coding: NUL": _coding(b"chunked\x00"),
    "coding: a space before the colon": post(b"Transfer-Encoding : chunked\r\n", ABC),
    "coding: a tab before the colon": post(b"Transfer-Encoding\t: chunked\r\n", ABC),
    "coding: underscore": post(b"Transfer_Encoding: chunked\r\n", ABC),
    "chunks: a space before the size": _chunks(b" 3\r\nabc\r\n0\r\n\r\n"),
    "chunks: negative": _chunks(b"-3\r\nabc\r\n0\r\n\r\n"),
    "chunks: plus": _chunks(b"+3\r\nabc\r\n0\r\n\r\n"),
    "chunks: 0x": _chunks(b"0x3\r\nabc\r\n0\r\n\r\n"),
    "chunks: underscore": _chunks(b"0_3\r\nabc\r\n0\r\n\r\n"),
    "chunks: no size": _chunks(b"\r\nabc\r\n0\r\n\r\n"),
    "chunks: letters": _chunks(b"xyz\r\nabc\r\n0\r\n\r\n"),
    "chunks: 64 bits and one": _chunks(b"10000000000000003\r\nabc\r\n0\r\n\r\n"),
    "chunks: 128 bits": _chunks(b"1" + b"0" * 31 + b"3\r\nabc\r\n0\r\n\r\n"),
    "chunks: bare LF after the size": _chunks(b"3\nabc\r\n0\r\n\r\n"),
    "chunks: bare LF after the data": _chunks(b"3\r\nabc\n0\r\n\r\n"),
    "chunks: bare CR everywhere": _chunks(b"3\rabc\r0\r\r"),
    "chunks: bare LF in an extension": _chunks(b"3;a\nabc\r\n0\r\n\r\n"),
    "chunks: bare CR in an extension": _chunks(b"3;\ra\r\nabc\r\n0\r\n\r\n"),
    "chunks: no end of the data": _chunks(b"3\r\nabc0\r\n\r\n"),
    "chunks: more data than the size": _chunks(b"3\r\nabcd\r\n0\r\n\r\n"),
    "chunks: a request behind the data": _chunks(b"3\r\nabc" + SECOND + b"0\r\n\r\n"),
    "chunks: minus zero": _chunks(b"3\r\nabc\r\n-0\r\n\r\n"),
    "chunks: a trailer with a space": _chunks(b"3\r\nabc\r\n0\r\nX Y: ~\r\n\r\n"),
    "chunks: 64 bits": _chunks(b"ffffffffffffffff\r\nabc\r\n0\r\n\r\n"),
    "chunks: no end": _chunks(b"3\r\nab"),
}
"""Never reaches the service."""

HARMLESS: Final[Mapping[str, bytes]] = {
    "coding: nominated as hop-by-hop": post(b"Connection: Transfer-Encoding\r\n" + TE, ABC),
    "length: leading zeros": post(b"Content-Length: 0003\r\n"),
    "length: with GET": get(headers=b"Content-Length: 3\r\n") + b"abc",
    "length: nominated as hop-by-hop": post(b"Connection: Content-Length\r\nContent-Length: 3\r\n"),
    "length: a request for a body": post(
        b"Content-Length: %d\r\n" % (len(SECOND) + len("mark000000") - 1), SECOND
    ),
    "coding: with GET": get(headers=TE) + ABC,
    "coding: spaces around": _coding(b"  chunked  "),
    "coding: tab before": _coding(b"\tchunked"),
    "coding: upper case": _coding(b"CHUNKED"),
    "coding: folded": _coding(b"\r\n chunked"),
    "chunks: an extension": _chunks(b"3;a=b\r\nabc\r\n0\r\n\r\n"),
    "chunks: an extension of 20 kB": _chunks(b"3;" + b"a" * 20_000 + b"\r\nabc\r\n0\r\n\r\n"),
    "chunks: a space after the size": _chunks(b"3 \r\nabc\r\n0\r\n\r\n"),
    "chunks: leading zeros": _chunks(b"0" * 27 + b"3\r\nabc\r\n0\r\n\r\n"),
    "chunks: bare LF at the end": _chunks(b"3\r\nabc\r\n0\r\n\n"),
    "chunks: trailers": _chunks(b"3\r\nabc\r\n0\r\nContent-Length: 9\r\nHost: evil\r\n\r\n"),
    "chunks: TE: trailers": post(
        TE + b"TE: trailers\r\nTrailer: X-Forwarded-For\r\n",
        b"3\r\nabc\r\n0\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n",
    ),
}
"""May reach the service: as exactly one request, framed anew and as the edge judged it."""
