"""What clients have to know of a server that is measured; handed to their processes as JSON."""

import json
import ssl
from dataclasses import asdict, dataclass
from typing import Final

APP: Final = "localhost"
ID: Final = "id.localhost"
SMALL_BODY: Final = 512
"""Bytes of the right answer."""


@dataclass(frozen=True)
class Target:
    """A server that listens on 127.0.0.1."""

    name: str
    port: int
    roots: str
    """The PEM file of the authority of its certificates."""
    cookies: tuple[str, ...]
    """A Cookie header for each honest session."""
    greedy: str
    """One of a tenant who asks for too much."""
    login_host: str
    login_headers: str = ""
    """Whole lines that a form of sign-in is sent with, each with its end."""
    login_body: str = ""

    def to_json(self) -> str:
        """For :meth:`from_json`."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Target":
        """What :meth:`to_json` made."""
        told = json.loads(text)
        return cls(**{**told, "cookies": tuple(told["cookies"])})

    def trust(self, alpn: str = "http/1.1") -> ssl.SSLContext:
        """A client's context that trusts its authority and nothing else."""
        context = ssl.create_default_context(cafile=self.roots)
        context.set_alpn_protocols([alpn])
        return context
