"""Sources: lists of networks that are refused, and who is on none of them."""

from pathlib import PurePath
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ringwall.gateway.config import Network
from ringwall.gateway.sources.formats import Format
from ringwall.gateway.sources.lists import ALLOWED, pair_of
from ringwall.gateway.sources.places import Place
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


Country = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{2}$"),
    Form("two capital letters, such as AT (ISO 3166-1)"),
]
System = Annotated[
    str, StringConstraints(pattern=r"^AS[1-9][0-9]{0,9}$"), Form("a number such as AS64500")
]
Fingerprint = Annotated[
    str,
    StringConstraints(
        pattern=r"^([0-9a-f]{32}|[tqd][0-9a-z]{2}[di][0-9]{4}[0-9A-Za-z]{2}_[0-9a-f]{12}_[0-9a-f]{12})$"
    ),
    Form("a JA4 such as t13d1516h2_8daaf6152771_02713d6af862, or a JA3 of 32 hexadecimal digits"),
]
Agent = Annotated[
    str,
    StringConstraints(pattern=r"^[!-~]([ -~]{1,98}[!-~])$"),
    Form("3 to 100 characters of ASCII"),
]


class Countries(StrictModel):
    """Countries, by a database that you bring."""

    database: str
    """A file in MaxMind's format that tells the country of addresses."""
    block: tuple[Country, ...] = ()
    """Countries whose connections are refused."""
    allow: tuple[Country, ...] | None = None
    """The only countries whose connections are taken; where none is known they are refused too."""

    @model_validator(mode="after")
    def _asks_something(self) -> "Countries":
        if not self.block and self.allow is None:
            msg = "a database of countries is for `block` or `allow`"
            raise ValueError(msg)
        if self.allow is not None and not self.allow:
            msg = "no country would be allowed"
            raise ValueError(msg)
        return self


class Systems(StrictModel):
    """Autonomous systems, by a database that you bring: whose network an address is of."""

    database: str
    """A file in MaxMind's format that tells the autonomous system of addresses."""
    block: Annotated[tuple[System, ...], Field(min_length=1)]
    """Systems whose connections are refused."""


class Fingerprints(StrictModel):
    """How clients begin TLS, which tells programs from each other."""

    block: Annotated[tuple[Fingerprint, ...], Field(min_length=1)]
    """JA4 and JA3 fingerprints whose connections are refused."""


class UserAgents(StrictModel):
    """What clients call themselves, for those that do not hide it."""

    block: Annotated[tuple[Agent, ...], Field(min_length=1, max_length=200)]
    """What is in the `User-Agent` of requests that are refused; case does not count."""


class Sources(StrictModel):
    """Who is refused, or let in, for where requests come from."""

    block: Annotated[tuple[Network, ...], AfterValidator(_listable)] = ()
    """Networks whose connections are refused."""
    allow: Annotated[tuple[Network, ...], AfterValidator(_not_everybody)] = ()
    """Networks that are refused by no list and no block, whatever these say."""
    feeds: tuple[Feed, ...] = ()
    """Lists that others keep."""
    countries: Countries | None = None
    """Countries that are refused, or alone are taken."""
    systems: Systems | None = None
    """Autonomous systems that are refused."""
    fingerprints: Fingerprints | None = None
    """Fingerprints of TLS that are refused."""
    user_agents: UserAgents | None = None
    """Programs that are refused by what they call themselves."""

    @model_validator(mode="after")
    def _has_names(self) -> "Sources":
        names = [one.name for one in self.feeds]
        twice = next((one for one in names if names.count(one) > 1), None)
        if twice is not None:
            msg = f"two feeds are called {twice}"
            raise ValueError(msg)
        return self

    @property
    def are_asked(self) -> bool:
        """Whether anything is looked up as a connection comes."""
        named = (self.block, self.feeds, self.countries, self.systems, self.fingerprints)
        return any(named)

    @property
    def databases(self) -> dict[Place, str]:
        """The databases that are brought, by what they tell."""
        brought = {Place.COUNTRY: self.countries, Place.SYSTEM: self.systems}
        return {place: one.database for place, one in brought.items() if one is not None}
