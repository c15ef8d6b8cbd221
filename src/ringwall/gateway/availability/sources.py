"""Sources: lists of networks that are refused, and who is on none of them."""

from datetime import datetime
from pathlib import PurePath
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator

from ringwall.gateway.config import Network
from ringwall.gateway.sources.formats import Format
from ringwall.gateway.sources.kinds import COUNTRY, FINGERPRINT, MOST_AGENTS, SYSTEM
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
    """The file, as seen from ringwall.yaml; what is saved there is read at once."""
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
    StringConstraints(pattern=rf"^{COUNTRY}$"),
    Form("two capital letters, such as AT (ISO 3166-1)"),
]
System = Annotated[str, StringConstraints(pattern=rf"^{SYSTEM}$"), Form("a number such as AS64500")]
Fingerprint = Annotated[
    str,
    StringConstraints(pattern=rf"^({FINGERPRINT})$"),
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
    """Countries whose connections are refused; none where lists and `ringwall block` name them."""
    allow: tuple[Country, ...] | None = None
    """The only countries whose connections are taken; where none is known they are refused too."""

    @model_validator(mode="after")
    def _allows_somebody(self) -> "Countries":
        if self.allow is not None and not self.allow:
            msg = "no country would be allowed"
            raise ValueError(msg)
        return self


class Systems(StrictModel):
    """Autonomous systems, by a database that you bring: whose network an address is of."""

    database: str
    """A file in MaxMind's format that tells the autonomous system of addresses."""
    block: tuple[System, ...] = ()
    """Systems whose connections are refused; none where lists and `ringwall block` name them."""


class Fingerprints(StrictModel):
    """How clients begin TLS, which tells programs from each other."""

    block: tuple[Fingerprint, ...] = ()
    """JA4 and JA3 fingerprints whose connections are refused; with none they are taken all the
    same, for `ringwall block`."""


class UserAgents(StrictModel):
    """What clients call themselves, for those that do not hide it."""

    block: Annotated[tuple[Agent, ...], Field(max_length=MOST_AGENTS)] = ()
    """What is in the `User-Agent` of requests that are refused; case does not count. With none it
    is looked at all the same, for `ringwall block`."""


class NamedList(StrictModel):
    """A list of your own, of sources of any kind, with the reason for it and perhaps an end."""

    name: FeedName
    """What it is called where it is shown."""
    reason: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
        Form("1 to 300 characters"),
    ]
    """Why, for whoever finds somebody refused."""
    until: (
        Annotated[AwareDatetime, Form("a time with its zone, such as 2026-12-31T00:00:00Z")] | None
    ) = None
    """When it is over, by itself; else it is in force for as long as it stands here."""
    networks: Annotated[tuple[Network, ...], AfterValidator(_listable)] = ()
    """Networks whose connections are refused."""
    countries: tuple[Country, ...] = ()
    """Countries, by the database of `sources.countries`."""
    systems: tuple[System, ...] = ()
    """Autonomous systems, by the database of `sources.systems`."""
    fingerprints: tuple[Fingerprint, ...] = ()
    """JA4 and JA3 fingerprints of TLS."""
    user_agents: Annotated[tuple[Agent, ...], Field(max_length=MOST_AGENTS)] = ()
    """What is in the `User-Agent` of requests; case does not count."""

    @model_validator(mode="after")
    def _names_something(self) -> "NamedList":
        if not (self.networks or self.asks_of_connections or self.user_agents):
            msg = "a list names networks, countries, systems, fingerprints or user_agents"
            raise ValueError(msg)
        if self.name in {ALLOWED, OWN}:
            msg = f"a list may not be called {self.name}: that is what the one beside it is called"
            raise ValueError(msg)
        return self

    @property
    def asks_of_connections(self) -> bool:
        """Whether it names what is asked of connections, besides networks."""
        return bool(self.countries or self.systems or self.fingerprints)

    def is_over(self, now: datetime) -> bool:
        """Whether it refuses nobody any more."""
        return self.until is not None and self.until <= now


class Sources(StrictModel):
    """Who is refused, or let in, for where requests come from."""

    block: Annotated[tuple[Network, ...], AfterValidator(_listable)] = ()
    """Networks whose connections are refused."""
    allow: Annotated[tuple[Network, ...], AfterValidator(_not_everybody)] = ()
    """Networks that are refused by no list and no block, whatever these say."""
    feeds: tuple[Feed, ...] = ()
    """Lists that others keep."""
    lists: tuple[NamedList, ...] = ()
    """Lists of your own with reasons, of any kind of source."""
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
        names += [one.name for one in self.lists]
        twice = next((one for one in names if names.count(one) > 1), None)
        if twice is not None:
            msg = f"two lists are called {twice}"
            raise ValueError(msg)
        return self

    @property
    def are_asked(self) -> bool:
        """Whether anything is looked up as a connection comes."""
        named = (self.block, self.feeds, self.countries, self.systems, self.fingerprints)
        return any(one is not None and one != () for one in named) or any(
            one.networks or one.asks_of_connections for one in self.lists
        )

    @property
    def take_fingerprints(self) -> bool:
        """Whether it is looked at how clients begin TLS."""
        return self.fingerprints is not None or any(one.fingerprints for one in self.lists)

    @property
    def look_at_agents(self) -> bool:
        """Whether it is looked at what clients call themselves."""
        return self.user_agents is not None or any(one.user_agents for one in self.lists)

    def listed(self, now: datetime | None) -> tuple[NamedList, ...]:
        """The lists of your own that are in force; without a time all of them."""
        return tuple(one for one in self.lists if now is None or not one.is_over(now))

    @property
    def databases(self) -> dict[Place, str]:
        """The databases that are brought, by what they tell."""
        brought = {Place.COUNTRY: self.countries, Place.SYSTEM: self.systems}
        return {place: one.database for place, one in brought.items() if one is not None}
