"""Headers that the edge puts on the answers of a route, as checks ask about them."""

from collections.abc import Mapping

from ringwall.posture.checking import Subject, UnknownError

STRICT: dict[str, str] = {
    "strict-transport-security": "max-age=63072000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
}
"""As the edge gives them unless it is told otherwise, for cases."""


def header(route: Subject, name: str) -> str:
    """What the edge sets a header to.

    ``UnknownError`` where it sets none: then the service may, which nothing here tells.
    """
    given = route.read("response_headers")
    if name not in given:
        raise UnknownError(f"the edge sets no {name}, and nobody tells whether the service does")
    return str(given[name])


def directives(value: str) -> list[Mapping[str, list[str]]]:
    """Each content security policy of a header: by directive, in small letters, its sources.

    Of a directive that stands twice the first counts, as in browsers.
    """
    found: list[Mapping[str, list[str]]] = []
    for policy in value.split(","):
        told: dict[str, list[str]] = {}
        for part in policy.split(";"):
            words = part.lower().split()
            if words:
                told.setdefault(words[0], words[1:])
        if told:
            found.append(told)
    return found
