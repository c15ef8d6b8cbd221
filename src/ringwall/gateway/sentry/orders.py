"""What the sentry tells the edge's Envoy, by files that it reads: numbers, and nothing else. Pure.

A runtime layer (RTDS) says which share of refusals is recorded, and which share of each class is
shed; it is in force some 20 ms after the file is renamed. A number between 0 and 1 is a pressure
like that of memory, by which the overload manager shortens idle times.
"""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

LAYER: Final = "sentry"
RUNTIME: Final = "sentry/runtime.json"
"""Below the folder of the edge's xDS files."""
PRESSURE: Final = "sentry/pressure"

RECORDED: Final = "ringwall.refusals.recorded"
"""Per cent of the requests refused by limits, lists or for lack of room that have a line."""


LISTED: Final = "ringwall.connections.listed"
"""Per cent of the new connections that have a line in :data:`CONNECTIONS`."""
CONNECTIONS: Final = "sentry/connections.log"


class Class(StrEnum):
    """Whose requests are refused when the edge cannot do all: the first come first."""

    ANONYMOUS_BULK = "anonymous-bulk"
    ANONYMOUS = "anonymous"
    PASSED = "passed"
    """Strangers with a pass, wherever they go: who pays for passes must not push out the known."""
    BULK = "bulk"
    KNOWN = "known"

    @property
    def key(self) -> str:
        """Its runtime key: per cent that are shed."""
        return f"ringwall.shed.{self}"


Shares = Mapping[Class, int]
"""Per cent by class."""

NO_SHARES: Final[Shares] = dict.fromkeys(Class, 0)


def runtime(recorded: int, shed: Shares, *, listed: int = 0) -> bytes:
    """The file of the layer. Whole numbers: Envoy takes other forms for 100 in a log's filter."""
    layer = {RECORDED: recorded, LISTED: listed, **{one.key: shed.get(one, 0) for one in Class}}
    resource: dict[str, Any] = {
        "@type": "type.googleapis.com/envoy.service.runtime.v3.Runtime",
        "name": LAYER,
        "layer": layer,
    }
    body = json.dumps(resource, sort_keys=True)
    version = hashlib.sha256(body.encode()).hexdigest()[:16]
    return json.dumps({"version_info": version, "resources": [resource]}).encode()


def pressure(value: float) -> bytes:
    """The file of the pressure, 0 to 1."""
    return f"{max(0.0, min(1.0, value)):.3f}\n".encode()
