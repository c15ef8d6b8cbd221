"""What strangers may have while an attack is under way."""

from typing import Annotated, Final

from pydantic import Field

from ringwall.gateway.availability.limiting import RateText
from ringwall.runtime.configuration import StrictModel


class Nobody(StrictModel):
    """What those may have, while an attack is under way, of whom nothing is known.

    It holds for whoever is not signed in, shows no valid token or key, and has not passed the
    challenge; never for exempt networks.
    """

    rate: RateText = "10/s"
    """How fast tokens come back to one address, or one IPv6 network of /64."""
    burst: Annotated[int, Field(ge=1, le=10_000_000)] = 50
    """How many one address has at first."""
    rate_network: RateText = "50/s"
    """How fast they come back to one IPv4 network of /24, or one IPv6 network of /48, so that many
    of them are needed to use up what is there for all."""
    burst_network: Annotated[int, Field(ge=1, le=10_000_000)] = 250
    """How many one such network has at first."""
    rate_together: RateText = "500/s"
    """How fast they come back to all of them together, by whom else they might change addresses."""
    burst_together: Annotated[int, Field(ge=1, le=10_000_000)] = 2_000
    """How many all of them together have at first."""


NOBODY: Final = Nobody()
"""What holds where nothing else is said."""
