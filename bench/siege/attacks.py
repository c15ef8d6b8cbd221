"""The attacks by name: what each sends, how often, and from where. All of them are bounded in time.

Rates are those of the tries, the same against each server, answered or not.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bench.siege.flooding import Flood
from bench.siege.services import Services
from bench.siege.target import APP, Target

Process = subprocess.Popen[str]


@dataclass(frozen=True)
class Field:
    """Where an attack takes place: against whom, for how long, before which services."""

    target: Target
    seconds: float
    services: Services


@dataclass(frozen=True)
class Attack:
    """One of them; ``begin`` starts its processes, which end by themselves."""

    title: str
    begin: Callable[[Field], list[Process]]
    tool: str | None = None
    """A program that must be installed; without it the attack is skipped."""
    end: Callable[[Field], None] | None = None
    """What mends the services afterwards."""
    tries: Callable[[str], Mapping[str, int]] = json.loads
    """Reads from what a process printed how many tries met what."""


def _python(module: str, *arguments: str) -> Process:
    command = [sys.executable, "-m", f"bench.siege.{module}", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _flood(
    field: Field, *, rate: float, addresses: int, network: int, request: str, host: str
) -> list[Process]:
    flood = Flood(rate, addresses, network, request, host)
    return [_python("flooding", field.target.to_json(), flood.to_json(), str(field.seconds))]


def _asking(field: Field, path: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: {APP}:{field.target.port}\r\nUser-Agent: x\r\n\r\n"


def _get(field: Field) -> list[Process]:
    request = _asking(field, "/public/page")
    return _flood(field, rate=1000, addresses=500, network=20, request=request, host=APP)


ATTACKS: Final[Mapping[str, Attack]] = {
    "get": Attack("GET flood, 1,000/s from 500 addresses", _get),
}
