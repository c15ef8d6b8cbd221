"""Which answers of a route may be kept and given to others."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ringwall.runtime.configuration import Form, StrictModel

ParameterName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$"),
    Form("the name of a query parameter: letters, digits, _, . and -"),
]


class Cache(StrictModel):
    """Answers to GET that are the same for everybody; the service says for how long.

    Nobody's name reaches the service here: cookies, keys and tokens are taken away.
    """

    query: Annotated[tuple[ParameterName, ...], Field(max_length=20)] = ()
    """Query parameters that an answer may depend on. Requests with any other are passed on."""
