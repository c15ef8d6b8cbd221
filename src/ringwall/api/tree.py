"""The tree for whoever mirrors or watches it, as C2SP tlog-tiles says.

Checkpoints and hashes say nothing of what happened, so to read them is not told in the log: each
telling would make the next checkpoint, and who follows the log would never be done. Entries do.
"""

import re
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse
from ninja import Router

from ringwall.api.asking import asked, places
from ringwall.api.problems import ProblemError
from ringwall.ledger.published import read_checkpoint
from ringwall.ledger.tiles import WIDTH, parse_path, tile_path

router: Final = Router()

_NOT_KEPT: Final = "no-cache"
_KEPT: Final = "private, max-age=31536000, immutable"
"""Of a full tile, which never changes. By who may see it alone: the answer is for one asker."""
_TEXT: Final = "text/plain; charset=utf-8"
_BYTES: Final = "application/octet-stream"
_ENTRIES: Final = re.compile(r"entries/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@router.get("checkpoint", summary="The newest checkpoint")
def checkpoint(request: HttpRequest) -> HttpResponse:
    """How many events there are and the hash over all, signed (C2SP tlog-checkpoint)."""
    del request
    note = read_checkpoint(places().tree)
    if note is None:
        raise ProblemError(404, "Not found", "There is no checkpoint yet: it takes some seconds.")
    return _answer(str(note).encode(), _TEXT, _NOT_KEPT)


@router.get("keys", summary="The public keys")
def keys(request: HttpRequest) -> HttpResponse:
    """The keys that signed checkpoints, a verifier key a line (C2SP signed-note)."""
    from ringwall.ledger.public_keys import KEYS  # noqa: PLC0415 - cryptography

    del request
    return _answer(_read(places().tree / KEYS), _TEXT, _NOT_KEPT)


@router.get("tile/{path:name}", summary="A tile of hashes, or of entries")
def tile(request: HttpRequest, name: str) -> HttpResponse:
    """Hashes at `tile/<L>/<N>[.p/<W>]`, entries at `tile/entries/<N>[.p/<W>]`."""
    del request
    if name.startswith("entries/"):
        return _entries(name)
    try:
        wanted = parse_path(f"tile/{name}")
    except ValueError as error:
        raise ProblemError(404, "Not found", str(error)) from error
    return _answer(_read(places().tree / wanted.path), _BYTES, _KEPT)


def _entries(name: str) -> HttpResponse:
    match = _ENTRIES.fullmatch(name)
    index = int(match[1].replace("/", "").replace("x", "")) if match else 0
    width = int(match[2] or WIDTH) if match else WIDTH
    if tile_path("entries", index, width) != f"tile/{name}" or width > WIDTH:
        detail = "entries look like tile/entries/x001/x234/067.p/112"
        raise ProblemError(404, "Not found", detail)
    with asked(f"took the entries at {name}", {"entries": name}) as log:
        try:
            content = log.entries(index, width)
        except (LookupError, FileNotFoundError) as error:
            raise ProblemError(404, "Not found", str(error)) from error
    return _answer(content, _BYTES, _KEPT)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        detail = "It is not there: it is of a later checkpoint, or its events went with their time."
        raise ProblemError(404, "Not found", detail) from error


def _answer(content: bytes, content_type: str, kept: str) -> HttpResponse:
    return HttpResponse(content, content_type=content_type, headers={"Cache-Control": kept})
