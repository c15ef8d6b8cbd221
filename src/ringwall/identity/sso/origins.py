"""Origins that others name: only such as can stand in a policy of ours and mean what they say."""

import re
from ipaddress import AddressValueError, IPv6Address
from typing import Final
from urllib.parse import urlsplit

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_AUTHORITY: Final = re.compile(
    rf"(?P<host>{_LABEL}(?:\.{_LABEL})*|\[(?P<v6>[0-9a-f:.]{{2,45}})\])(?::(?P<port>[1-9][0-9]{{0,4}}))?",
    re.IGNORECASE | re.ASCII,
)
"""Content Security Policy Level 3 section 2.3.1: letters, digits and - in a name, ASCII only."""
_LONGEST: Final = 253
_HERE: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


def origin_of(url: str, what: str, *, private: bool = False) -> str:
    """The origin of an https address, as a policy names it; ``ValueError`` for all else.

    ``what`` is how the sentence calls the address. With ``private`` it may be this machine's, by
    http. Whatever else stands where a host should would reach our headers as it is: a space or a
    semicolon there begins another rule.
    """
    try:
        parts = urlsplit(url)
        found = _AUTHORITY.fullmatch(parts.netloc)
    except ValueError:
        parts, found = urlsplit(""), None
    is_possible = found is not None and _is_possible(found["host"], found["v6"], found["port"])
    here = private and found is not None and found["host"].lower() in _HERE
    if not is_possible or not (parts.scheme == "https" or (here and parts.scheme == "http")):
        msg = f"{what} has to be an address that begins with https:// and a host: {url[:200]!r}"
        raise ValueError(msg)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _is_possible(host: str, v6: str | None, port: str | None) -> bool:
    if len(host) > _LONGEST or int(port or 1) > 65535:
        return False
    if v6 is None:
        return True
    try:
        IPv6Address(v6)
    except AddressValueError:
        return False
    return True
