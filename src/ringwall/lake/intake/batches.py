"""What one body of ``POST /v1/events`` is made of. Pure."""

from typing import Final

from ringwall.lake.canonical import MALFORMED, NOT_UTF8, RefusedError, parse_at, skip_blanks
from ringwall.lake.intake.admitting import Candidate

MOST: Final = 10_000
"""Events in one request."""

LINES: Final = frozenset(
    ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-seq")
)
JSON: Final = "application/json"


class TooManyError(ValueError):
    """More than :data:`MOST` events came at once."""


def candidates(body: bytes, kind: str, *, key: bytes | None) -> list[Candidate]:
    """Each thing in ``body``, in its order; ``kind`` is one of :data:`LINES`, or :data:`JSON`.

    ``key`` is what the sender calls the request.
    """
    if kind in LINES and body.count(b"\n") > 2 * MOST:
        raise TooManyError
    pieces = _lines(body) if kind in LINES else _values(body)
    if len(pieces) > MOST:
        raise TooManyError
    if key is None:
        return [Candidate(raw=raw, reason=reason) for raw, reason in pieces]
    return [
        Candidate(raw=raw, reason=reason, key=b"%d\n%b" % (place, key))
        for place, (raw, reason) in enumerate(pieces)
    ]


_Piece = tuple[bytes, str | None]


def _lines(body: bytes) -> list[_Piece]:
    # A record separator begins each text of a JSON sequence (RFC 7464).
    lines = (line.strip(b" \t\r\x1e") for line in body.split(b"\n"))
    return [(line, None) for line in lines if line]


def _values(body: bytes) -> list[_Piece]:
    """The members of a list, or values one after another, each as it is written.

    From where it cannot be told any more where one ends, the rest is one piece.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return [(body, NOT_UTF8)]
    pieces: list[_Piece] = []
    at = skip_blanks(text, 0)
    is_list = text[at : at + 1] == "["
    if is_list:
        at = skip_blanks(text, at + 1)
        if text[at : at + 1] == "]" and skip_blanks(text, at + 1) == len(text):
            return []
    while at < len(text) and len(pieces) <= MOST:
        begin = at
        try:
            _, at, reason = parse_at(text, begin)
        except RefusedError as error:
            pieces.append((text[begin:].encode(), error.reason))
            break
        pieces.append((text[begin:at].encode(), reason))
        at = skip_blanks(text, at)
        if not is_list:
            continue
        mark, at = text[at : at + 1], skip_blanks(text, at + 1)
        if mark == "]" and at == len(text):
            break
        if mark != "," or at == len(text):
            pieces.append((text[begin:].encode(), MALFORMED))
            break
    return pieces
