"""What anonymous browsers are asked for while an attack is under way."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from ringwall.gateway.config import Host
from ringwall.inventory.config import Positive
from ringwall.runtime.configuration import Form, StrictModel

_Bits = Annotated[int, Field(ge=8, le=26)]

_LONGEST_S: Final = 86_400


class Difficulty(StrictModel):
    """Leading zero bits that the hash has to have: with one more it takes twice as long."""

    least: _Bits = 16
    """What is asked first: some 65,000 tries, a fifth of a second on a usual machine."""
    most: _Bits = 21
    """What is asked at most, while the load stays high: some 2 million tries, a few seconds."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.least > self.most:
            msg = f"`least` is {self.least} and `most` {self.most}: least must not be above most"
            raise ValueError(msg)
        return self


class Challenge(StrictModel):
    """A short calculation that anonymous browsers do while an attack is under way.

    Nobody who is signed in is asked, no program, feed or health check, no exempt network.
    """

    hosts: Annotated[
        Literal["all"] | tuple[Host, ...], Form("`all`, or a list of hosts of the edge")
    ] = "all"
    """Where it is asked for."""
    lasts: Annotated[Positive, Field(ge=60, le=_LONGEST_S)] = 3600.0
    """How long a browser that has done it is not asked again, from the same network."""
    difficulty: Difficulty = Difficulty()
    """How much there is to calculate; it follows the load."""


CHALLENGE: Final = Challenge()
"""What holds where nothing else is said."""
