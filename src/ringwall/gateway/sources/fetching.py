"""What stands at the place of a feed: a file, or an address on the web, within bounds."""

import socket
import stat
import threading
import time
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from ringwall.gateway.sources.lists import ListError

if TYPE_CHECKING:
    import requests

MOST_BYTES: Final = 64 * 1024**2
SECONDS: Final = 30.0
"""For one answer as a whole."""
_REDIRECTS: Final = 5
_PIECE: Final = 65536


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, and the mark by which it is known again; no content where it is unchanged."""

    content: bytes | None
    mark: str


def from_file(path: Path, *, mark: str) -> Found:
    """The content of a file, unless it is still what ``mark`` says. :class:`ListError`."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            msg = f"{path} is no file"
            raise ListError(msg)
        if found.st_size > MOST_BYTES:
            msg = f"{path} is larger than {MOST_BYTES >> 20} MiB"
            raise ListError(msg)
        now = f"{found.st_mtime_ns} {found.st_size} {found.st_ino}"
        return Found(None if now == mark else path.read_bytes(), now)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise ListError(msg) from None


def from_web(url: str, *, mark: str, private: bool) -> Found:
    """What an address answers, unless it says that it is unchanged. :class:`ListError`.

    Redirects are followed to https only; none leads into an inner network unless it is ``private``.
    After :data:`SECONDS` nothing is waited for, wherever a server or a resolver holds it up.
    """
    if (before := _under_way.get(url)) is not None and before.is_alive():
        msg = f"{url} still answers what was asked before"
        raise ListError(msg)
    found: list[Found | Exception] = []
    asking = threading.Thread(
        target=_into, args=(found, url, mark), kwargs={"private": private}, daemon=True
    )
    _under_way[url] = asking
    asking.start()
    asking.join(SECONDS)
    if not found:
        msg = f"{url} took longer than {SECONDS:g} s"
        raise ListError(msg)
    del _under_way[url]
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


_under_way: Final[dict[str, threading.Thread]] = {}
"""Who still waits for an address: a thread cannot be ended, so there is one of them at most."""


def _into(found: list[Found | Exception], url: str, mark: str, *, private: bool) -> None:
    try:
        found.append(_asked(url, mark=mark, private=private))
    except Exception as error:  # noqa: BLE001 - told by who waits for it
        found.append(error)


def _asked(url: str, *, mark: str, private: bool) -> Found:
    # Whoever brings no list from the web pays nothing for it.
    import requests  # noqa: PLC0415
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    deadline = time.monotonic() + SECONDS
    try:
        with requests.Session() as session:
            for _ in range(_REDIRECTS):
                _require_public(url, private=private)
                headers = {"If-None-Match": mark} if mark else {}
                with session.get(
                    url, headers=headers, timeout=10, stream=True, allow_redirects=False
                ) as answer:
                    if answer.is_redirect:
                        url = urljoin(url, answer.headers["location"])
                        continue
                    if answer.status_code == requests.codes.not_modified:
                        return Found(None, mark)
                    if answer.status_code != requests.codes.ok:
                        msg = f"{url} answers {answer.status_code}"
                        raise ListError(msg)
                    content = _whole(answer, url, deadline=deadline)
                    return Found(content, answer.headers.get("etag", ""))
    except (requests.RequestException, HTTPError, OSError) as error:
        msg = f"{url} cannot be fetched: {error}"
        raise ListError(msg) from None
    msg = f"{url} leads from one address to another, more than {_REDIRECTS} times"
    raise ListError(msg)


def _whole(answer: "requests.Response", url: str, *, deadline: float) -> bytes:
    content = bytearray()
    # As it comes: a whole piece of a server that drips is hours away.
    while piece := answer.raw.read1(_PIECE, decode_content=True):
        content += piece
        if len(content) > MOST_BYTES:
            msg = f"{url} is larger than {MOST_BYTES >> 20} MiB"
            raise ListError(msg)
        if time.monotonic() > deadline:
            msg = f"{url} took longer than {SECONDS:g} s"
            raise ListError(msg)
    return bytes(content)


def _require_public(url: str, *, private: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname is None:
        msg = f"{url} is not https"
        raise ListError(msg)
    if private:
        return
    for *_, address in socket.getaddrinfo(parts.hostname, parts.port or 443):
        if not ip_address(str(address[0]).partition("%")[0]).is_global:
            msg = f"{parts.hostname} leads to an inner network: `private: true` allows that"
            raise ListError(msg)
