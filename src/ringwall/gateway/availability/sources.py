"""Sources: lists of networks that are refused, and who is on none of them."""

from pathlib import PurePath
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ringwall.gateway.config import Network
from ringwall.gateway.sources.formats import Format
from ringwall.gateway.sources.lists import ALLOWED, pair_of
from ringwall.inventory.config import Positive
from ringwall.runtime.configuration import Form, StrictModel

OWN: Final = "block"
"""What the list in the configuration itself is called."""

FeedName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,27}$"),
    Form("lower-case letters, digits and dashes, beginning with a letter, at most 28"),
]


def _listable(networks: tuple[Network, ...]) -> tuple[Network, ...]:
    for one in networks:
        try:
            pair_of(str(one))
        except ValueError as error:
            msg = f"{one} {error}"
            raise ValueError(msg) from None
    return networks


def _not_everybody(networks: tuple[Network, ...]) -> tuple[Network, ...]:
    if any(one.prefixlen == 0 for one in networks):
        msg = "everybody would be allowed: leave the lists out that you do not want"
        raise ValueError(msg)
    return networks


class Feed(StrictModel):
    """A list of networks that somebody else keeps: a file, or an address it is fetched from."""

    name: FeedName
    """What it is called where it is shown."""
    file: str | None = None
    """The file, as seen from ringwall.yaml; what is saved there is read within a minute."""
    url: Annotated[
        str | None,
        StringConstraints(pattern=r"^https://[^\s@]+$", max_length=1000),
        Form("an address that begins with https://, without a name or password in it"),
    ] = None
    """The address; else a `file`."""
    format: Format = Format.LINES
    """How it is written."""
    field: str | None = None
    """Of csv the column, by its number from 1 (else the first) or its heading; of json-lines the
    member (else `network`)."""
    every: Annotated[
        Positive, Field(ge=60, le=30 * 86_400), Form("a length of time from 1m to 30d")
    ] = 12 * 3600.0
    """How often it is fetched."""
    private: bool = False
    """Whether the address may lead into your own network."""

    @model_validator(mode="after")
    def _has_one_place(self) -> "Feed":
        if (self.file is None) == (self.url is None):
            msg = "a feed has either a file or a url"
            raise ValueError(msg)
        if self.name in {ALLOWED, OWN}:
            msg = f"a feed may not be called {self.name}: that is what the list beside it is called"
            raise ValueError(msg)
        if self.file is not None and ".." in PurePath(self.file).parts:
            msg = "a feed lies beside or below ringwall.yaml, or has a whole path"
            raise ValueError(msg)
        return self


class Sources(StrictModel):
    """Who is refused, or let in, for where requests come from."""

    block: Annotated[tuple[Network, ...], AfterValidator(_listable)] = ()
    """Networks whose connections are refused."""
    allow: Annotated[tuple[Network, ...], AfterValidator(_not_everybody)] = ()
    """Networks that are refused by no list and no block, whatever these say."""
    feeds: tuple[Feed, ...] = ()
    """Lists that others keep."""

    @model_validator(mode="after")
    def _has_names(self) -> "Sources":
        names = [one.name for one in self.feeds]
        twice = next((one for one in names if names.count(one) > 1), None)
        if twice is not None:
            msg = f"two feeds are called {twice}"
            raise ValueError(msg)
        return self

    @property
    def are_listed(self) -> bool:
        """Whether there is any list of networks."""
        return bool(self.block or self.feeds)
