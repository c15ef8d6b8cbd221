"""What can be blocked, and how it is written: networks, places, fingerprints, user agents."""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_network
from typing import Final

from ringwall.gateway.config import Network
from ringwall.gateway.sources.judging import NoNetworkError, network_of

COUNTRY: Final = r"[A-Z]{2}"
SYSTEM: Final = r"AS[1-9][0-9]{0,9}"
FINGERPRINT: Final = (
    r"[0-9a-f]{32}|[tqd][0-9a-z]{2}[di][0-9]{4}[0-9A-Za-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}"
)
"""How each is written; the last is JA3 or JA4."""
MOST_AGENTS: Final = 200
"""User agents that are looked for in each request."""

_AGENT: Final = "agent:"
_AGENT_FORM: Final = re.compile(r"[!-~][ -~]{1,98}[!-~]")
_LIKE: Final = "such as 203.0.113.0/24, AS64500, XA, agent:masscan, or a JA4 or JA3 fingerprint"


class Kind(StrEnum):
    """Of what kind a source is."""

    NETWORK = "network"
    COUNTRY = "country"
    SYSTEM = "system"
    FINGERPRINT = "fingerprint"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Meant:
    """A source as somebody means it; ``text`` is the one way to write it."""

    kind: Kind
    text: str

    @classmethod
    def by_network(cls, network: Network) -> "Meant":
        """A network."""
        return cls(Kind.NETWORK, str(network))

    @property
    def network(self) -> Network:
        """The network, of one that is."""
        return ip_network(self.text)

    @property
    def agent(self) -> str:
        """What is in the `User-Agent`, of one that is."""
        return self.text.removeprefix(_AGENT)

    def __str__(self) -> str:
        return self.text


def meant(text: str) -> Meant:
    """What somebody means. :class:`~ringwall.gateway.sources.judging.NoNetworkError` for nothing.

    A user agent is what stands after ``agent:``, of 3 to 100 characters of ASCII.
    """
    text = text.strip()
    if text.lower().startswith(_AGENT):
        agent = text[len(_AGENT) :].strip().lower()
        if not _AGENT_FORM.fullmatch(agent):
            msg = f"{agent[:50]!r} is no part of a user agent"
            raise NoNetworkError(msg, "3 to 100 characters of ASCII, such as agent:masscan")
        return Meant(Kind.AGENT, f"{_AGENT}{agent}")
    if re.fullmatch(FINGERPRINT, text):
        return Meant(Kind.FINGERPRINT, text)
    for kind, form in ((Kind.COUNTRY, COUNTRY), (Kind.SYSTEM, SYSTEM)):
        if re.fullmatch(form, text.upper()):
            return Meant(kind, text.upper())
    if not re.search(r"[.:/]", text):
        msg = f"{text[:50]!r} is nothing that can be blocked"
        raise NoNetworkError(msg, _LIKE)
    return Meant.by_network(network_of(text))
