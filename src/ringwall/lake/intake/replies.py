"""What a stream of HTTP/2 is answered, and who says so."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from ringwall.lake.intake.http1 import Head

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a stream gets. Without ``trailers`` and ``body`` it is the head alone."""

    head: Fields
    body: bytes = b""
    trailers: Fields = ()


Ready = Callable[[bytes], Awaitable[Reply]]
"""Answers once the body is there."""
Judge = Callable[[Head | None], Reply | Ready]
"""Refuses by the head, or says who answers. ``None`` is a head of which two may read different."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """What is answered where a body may not be so large, so slow, or there is no room for it."""

    too_large: Reply
    too_slow: Reply
    no_room: Reply
