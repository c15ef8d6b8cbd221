"""A limit: whose requests are counted together, how fast tokens come back, how many there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from ringwall.gateway.config import RouteName, RoutePurpose
from ringwall.runtime.configuration import Form, StrictModel

_SECONDS: Final[Mapping[str, int]] = MappingProxyType({"s": 1, "m": 60, "h": 3600, "d": 86400})


@dataclass(frozen=True, slots=True)
class Rate:
    """So many tokens in so many seconds."""

    tokens: int
    seconds: int

    @classmethod
    def of(cls, text: str) -> "Rate":
        """Read ``100/s``, ``10/m``, ``1000/h`` or ``5/d``; the text is known to be one."""
        tokens, _, unit = text.partition("/")
        return cls(int(tokens), _SECONDS[unit])

    @property
    def per_second(self) -> float:
        """Tokens a second."""
        return self.tokens / self.seconds


RateText = Annotated[
    str,
    StringConstraints(pattern=r"^[1-9][0-9]{0,6}/[smhd]$"),
    Form("a number and a time, such as 100/s, 10/m, 1000/h or 5/d"),
]


class By(StrEnum):
    """What a limit counts by."""

    ADDRESS = "address"
    """One IPv4 address, or one IPv6 network of /64: what one household or machine has."""
    NETWORK = "network"
    """The IPv4 network of /24, or IPv6 of /48, that an address is in: a parent of addresses."""
    USER = "user"
    """One person, by whatever session."""
    SESSION = "session"
    """One session of a person: one browser."""
    PROGRAM = "program"
    """One API client, by whatever token."""
    TENANT = "tenant"
    """One customer's organisation: a parent of its people and programs."""
    ASKER = "asker"
    """The person or program, and whoever is neither by address."""
    ROUTE = "route"
    """One route."""
    REQUEST = "request"
    """A GET or HEAD of the same path with the same query, as far as 256 characters go. Requests of
    other methods are never the same: what they bring is not looked at."""
    ALL = "all"
    """Everybody together."""


OF_ADDRESSES: Final = frozenset({By.ADDRESS, By.NETWORK, By.ROUTE, By.REQUEST, By.ALL})
"""What is known before anybody is."""
_ORDER: Final[Mapping[By, int]] = MappingProxyType({by: at for at, by in enumerate(By)})
_WITHIN: Final = (
    (By.ADDRESS, By.NETWORK),
    (By.SESSION, By.USER),
    (By.ASKER, By.USER),
    (By.ASKER, By.PROGRAM),
    (By.ASKER, By.ADDRESS),
    (By.USER, By.PROGRAM),
)


MOST_TOGETHER: Final = 3
_WORD: Final = {"type": "string", "enum": [by.value for by in By]}
_WORDS: Final = {"type": "array", "items": _WORD, "minItems": 1, "maxItems": MOST_TOGETHER}


def _as_several(value: object) -> object:
    """One word stands for a list of it."""
    if isinstance(value, str):
        if value not in list(By):
            msg = "nothing is counted by that"
            raise ValueError(msg)
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _ordered(several: tuple[By, ...]) -> tuple[By, ...]:
    if not 1 <= len(several) <= MOST_TOGETHER:
        msg = f"it counts by one to {MOST_TOGETHER} of them"
        raise ValueError(msg)
    if len(set(several)) < len(several):
        msg = "one of them is named twice"
        raise ValueError(msg)
    if By.ALL in several and len(several) > 1:
        msg = "`all` counts everybody together: it goes with nothing else"
        raise ValueError(msg)
    for one, other in _WITHIN:
        if one in several and other in several:
            msg = f"{one} and {other} do not go together: make a limit of each"
            raise ValueError(msg)
    return tuple(sorted(several, key=_ORDER.__getitem__))


class When(StrEnum):
    """When a limit holds."""

    ALWAYS = "always"
    ALARM = "alarm"
    """While an attack is under way: what would cost every request too much."""


class Limit(StrictModel):
    """A bucket of tokens for each of those it counts; every request takes one."""

    by: Annotated[
        tuple[By, ...],
        BeforeValidator(_as_several),
        AfterValidator(_ordered),
        WithJsonSchema({"anyOf": [_WORD, _WORDS]}),
    ]
    """Whose requests are counted together; of several, each combination by itself."""
    rate: RateText
    """How fast tokens come back."""
    burst: Annotated[int, Field(ge=1, le=10_000_000)]
    """How many there can be, and are at first."""
    shared: bool = False
    """Whether it is counted for all hosts, and with `shared.redis` for all edges, together. Below
    that each host of each edge still counts it for itself."""
    purpose: RoutePurpose | None = None
    """Only for routes of this purpose; those of Ringwall's own pages have theirs."""
    routes: tuple[RouteName, ...] = ()
    """Only for these routes; else for all requests, those that lead nowhere too."""

    when: When = When.ALWAYS
    """Whether it holds always, or only while an attack is under way."""

    @property
    def is_of_some_routes(self) -> bool:
        """Whether most requests do not meet it."""
        return self.purpose is not None or bool(self.routes)

    @property
    def is_everywhere(self) -> bool:
        """Whether it counts every request, and those who ask apart from each other."""
        return not self.is_of_some_routes and By.ALL not in self.by

    @property
    def asks_who(self) -> bool:
        """Whether it has to be known who asks."""
        return not OF_ADDRESSES.issuperset(self.by)

    def of_nobody(self) -> "Limit":
        """The same where nobody signs in: whoever asks is known by address."""
        by = tuple(By.ADDRESS if one is By.ASKER else one for one in self.by)
        return self.model_copy(update={"by": by})

    @property
    def counts_routes(self) -> bool:
        """Whether each route is counted by itself."""
        return By.ROUTE in self.by

    def is_of(self, route: str, purpose: RoutePurpose | None) -> bool:
        """Whether the requests of a route meet it because of the route."""
        return route in self.routes or (purpose is not None and purpose is self.purpose)


LIMITS: Final[Mapping[str, Limit]] = MappingProxyType(
    {
        "address": Limit(by=(By.ADDRESS,), rate="100/s", burst=2_000),
        "network": Limit(by=(By.NETWORK,), rate="500/s", burst=10_000),
        "user": Limit(by=(By.USER,), rate="50/s", burst=500),
        "program": Limit(by=(By.PROGRAM,), rate="100/s", burst=1_000),
        "tenant": Limit(by=(By.TENANT,), rate="500/s", burst=5_000),
        "sign-in": Limit(by=(By.ADDRESS,), rate="5/s", burst=150, purpose=RoutePurpose.SIGN_IN),
        "sign-in-network": Limit(
            by=(By.NETWORK,), rate="20/s", burst=600, purpose=RoutePurpose.SIGN_IN
        ),
        "pages": Limit(by=(By.ADDRESS,), rate="20/s", burst=1_500, purpose=RoutePurpose.PAGES),
        "pages-network": Limit(
            by=(By.NETWORK,), rate="60/s", burst=4_000, purpose=RoutePurpose.PAGES
        ),
        "sign-up": Limit(by=(By.ADDRESS,), rate="10/m", burst=20, purpose=RoutePurpose.SIGN_UP),
        "reset": Limit(by=(By.ADDRESS,), rate="10/m", burst=20, purpose=RoutePurpose.RESET),
        "search": Limit(by=(By.ASKER,), rate="5/s", burst=30, purpose=RoutePurpose.SEARCH),
        "repeated": Limit(by=(By.ASKER, By.REQUEST), rate="10/s", burst=200, when=When.ALARM),
    }
)
"""What holds where nothing else is said. An office of 200 behind one address may all open an
application of 40 requests within a minute and a half; no one machine may take a core for itself.
None of them is for everybody together: that would be a switch by which few shut all others out."""

LimitName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$"),
    Form("lower-case letters, digits and dashes, beginning with a letter, at most 63"),
]


def met_at(
    limits: Mapping[str, Limit], route: str, purpose: RoutePurpose | None
) -> Iterable[tuple[str, Limit]]:
    """The limits, by name, that a route's requests meet, in an alarm at least."""
    for name, limit in limits.items():
        if not limit.is_of_some_routes or limit.is_of(route, purpose):
            yield name, limit
