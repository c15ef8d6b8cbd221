"""What the process that passes events on is told, without what it needs to do so.

Who starts it is a process that stays small, and the web process is confined before it has threads:
neither may import DuckDB or Delta for a name.
"""

from typing import Final

import msgspec

from ringwall.lake.handed import Handed

VARIABLE: Final = "RINGWALL_FORWARDING"
SOCKET: Final = "forwarding.sock"


class To(msgspec.Struct, frozen=True, kw_only=True):
    """One destination. ``kind`` is ``http``, ``syslog`` or ``s3``; only what is of it is told.

    ``address`` is an URL, ``host:port``, or the name of a bucket; ``trust`` a PEM file of roots.
    """

    name: str
    kind: str
    address: str
    form: str = "ocsf"
    headers: dict[str, str] = {}
    trust: str = ""
    prefix: str = ""
    options: dict[str, str] = {}


class Settings(Handed, frozen=True, kw_only=True):
    """Paths as text."""

    state: str
    run: str
    to: tuple[To, ...]
