"""Where a browser may be sent back to: the very URIs that were registered, nothing like them."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

_LOOPBACK: Final = re.compile(r"http://(?:127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?(?=/|\?|$)")
_CUSTOM: Final = re.compile(r"[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+")
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f\\<>\"^`{|}]")
LONGEST: Final = 2000
"""Characters of a URI."""


def is_registered(uri: str, registered: Iterable[str]) -> bool:
    """Whether ``uri`` is one of ``registered``, character for character (RFC 9700 section 2.1).

    Only the port of a loopback address may differ (RFC 8252 section 7.3).
    """
    wanted = _without_loopback_port(uri)
    return any(uri == one or wanted == _without_loopback_port(one) for one in registered)


def objection(uri: str) -> str | None:
    """What is wrong with a URI that somebody wants to register; ``None`` if nothing is.

    HTTPS; HTTP only to a loopback address; an app's own scheme only with a dot, as
    ``com.example.app:/back`` (RFC 8252 section 7.1). Never a fragment, user, or wildcard.
    """
    if len(uri) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    if _UNSAFE.search(uri) or not uri.isascii():
        return "it has characters that do not belong in a URI"
    if "*" in uri:
        return "wildcards are not taken: list every URI"
    if "#" in uri:
        return "it has a fragment (#)"
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return "it cannot be read as a URI"
    if "@" in parts.netloc:
        return "it names a user before @"
    if ".." in parts.path.split("/"):
        return "its path has .."
    if parts.scheme == "https":
        return None if parts.hostname else "it names no host"
    if parts.scheme == "http":
        is_loopback = _LOOPBACK.match(uri) is not None
        return None if is_loopback else "http is only for http://127.0.0.1 and http://[::1]"
    if _CUSTOM.fullmatch(parts.scheme) is None:
        return "an app's own scheme is a domain name turned round, such as com.example.app:/back"
    return None


def origin_of(uri: str) -> str:
    """The part of a URI that a browser's policy names: the origin, or an app's scheme."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def _without_loopback_port(uri: str) -> str:
    return _LOOPBACK.sub(lambda found: re.sub(r":[0-9]+$", "", found.group()), uri, count=1)
