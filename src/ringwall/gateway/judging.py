"""What several judgments over a configuration share: how they are worded, and headers."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ringwall.gateway.envoy.headers import BANNERS
from ringwall.runtime.configuration import Problem, Severity
from ringwall.runtime.configuration.spelling import listed, nearest

Path = tuple[str | int, ...]

FRAMING: Final = frozenset(
    {
        "connection",
        "content-length",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that say where a message ends or belong to one connection (RFC 9110 section 7.6.1)."""


def header_problems(path: Path, given: Mapping[str, str | None]) -> Iterator[Problem]:
    """Response headers that must not be set, or that cannot be."""
    for name, value in given.items():
        if name in FRAMING:
            yield Problem(
                path=(*path, name),
                message=f"{name} says how a message is framed: the edge alone knows that",
                allowed="any other header",
            )
        elif name in BANNERS and value is not None:
            yield warning((*path, name), f"the edge takes {name} out of every answer")


def unknown(path: Path, what: str, value: str, known: Iterable[str]) -> Problem:
    """A reference to something that is not there."""
    names = tuple(known)
    return Problem(
        path=path,
        message=f'there is no {what} "{value}"',
        value=value,
        allowed=listed(names) if names else None,
        nearest=nearest(value, names),
    )


def warning(path: Path, message: str) -> Problem:
    """Something that is allowed and seldom meant."""
    return Problem(path=path, message=message, severity=Severity.WARNING)
