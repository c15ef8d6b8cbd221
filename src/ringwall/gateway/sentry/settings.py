"""What the sentry is told as it is started: by its environment, so that a change starts it anew."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Final

VARIABLE: Final = "RINGWALL_SENTRY"
SOCKET: Final = "alive.sock"
"""In its folder: it takes connections there once it looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Paths as text, ports of TCP, networks as ``203.0.113.0/24``.

    ``xds`` is the folder of the edge's xDS files, ``pool`` the number of connections that the edge
    takes at all. ``hops`` says that clients are behind trusted proxies: their connections are not
    their own. ``configured`` is the file that names the edge's hosts and this machine's addresses,
    which come and go without another sentry; ``sign_in`` is the host of sign-in, empty where there
    is none, ``sign_in_paths`` how paths of what is sent there begin, ``sign_in_routes`` are routes
    of services for the same;
    ``denied`` is the file that says whom the sentry denies, ``state`` the folder that keeps the
    posture. ``harder`` is by how many zero bits the challenge may become harder. ``countries`` and
    ``systems`` are databases of them, empty where there is none.
    """

    admin: str
    xds: str
    folder: str
    attacks: str
    strangers: str
    known: str
    ports: tuple[int, ...]
    pool: int
    hops: bool = False
    configured: str = ""
    sign_in: str = ""
    sign_in_paths: tuple[str, ...] = ()
    sign_in_routes: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    denied: str = ""
    per_address: int | None = None
    per_network: int | None = None
    handshakes_per_address: int | None = None
    refused_per_address: int | None = None
    resets_per_address: int | None = None
    sensitivity: str = "normal"
    state: str = ""
    raise_alarm: bool = False
    harder: int = 0
    countries: str = ""
    systems: str = ""
    busy: float = 1.0
    shed: tuple[str, ...] = ()

    def encoded(self) -> str:
        """As text, the same for the same settings."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> "Settings":
        """What :meth:`encoded` made; ``ValueError`` or ``TypeError`` for anything else."""
        found: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in json.loads(text).items()
        }
        return cls(**found)
