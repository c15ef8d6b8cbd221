"""Connections: how fast they may come, how long a client may leave one, and how long one lasts."""

from typing import Annotated

from pydantic import Field

from ringwall.inventory.config import Positive
from ringwall.runtime.configuration import StrictModel


class Connections(StrictModel):
    """What connections of all clients together may cost; `edge.limits` has how many and how slow.

    null takes a bound out.
    """

    handshakes: Annotated[int, Field(ge=1, le=1_000_000)] | None = 2_000
    """New connections in a second, twice as many at once. Whoever comes then is refused before TLS,
    honest newcomers too: set it at what the processors can do, about 3,000 each."""
    read_within: Positive | None = 20.0
    """How long a client may leave what is there for it: one that reads less than half of
    `edge.limits.connection_buffer` in that time is cut off."""
    requests: Annotated[int, Field(ge=1, le=10_000_000)] | None = 10_000
    """Requests on one connection; the next ones need a new one, which can be refused."""
