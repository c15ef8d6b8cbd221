"""Where edges count together what a shared limit counts."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ringwall.runtime.configuration import Duration, Form, Secret, StrictModel


class Shared(StrictModel):
    """Where limits that say `shared: true` are counted: for all hosts and edges together."""

    redis: Secret | None = None
    """The URL of a Redis (6.2 or newer) that every edge reaches: `redis://host:port/0`, `rediss://`
    over TLS or `unix:///path`, with `user:password@` where it asks for them. Without it this edge
    counts in its own memory."""
    timeout: Annotated[Duration, Field(ge=0.005, le=1), Form("a length of time from 5ms to 1s")] = (
        0.05
    )
    """How long Redis may take; after that this edge counts by itself until Redis answers again."""
    prefix: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$"),
        Form("letters, digits, dots, dashes and underscores, at most 64"),
    ] = "ringwall"
    """How our keys in Redis begin: another one for each installation that uses the same Redis."""
