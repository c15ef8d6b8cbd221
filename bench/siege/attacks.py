"""The attacks by name: what each sends, how often, and from where. All of them are bounded in time.

Rates are those of the tries, the same against each server, answered or not.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from bench.siege import tools
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


def _started(*command: str) -> Process:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _ours(module: str, field: Field, *arguments: str) -> Process:
    command = (sys.executable, "-m", f"bench.siege.{module}", field.target.to_json())
    return subprocess.Popen(
        [*command, *arguments, str(field.seconds)], stdout=subprocess.PIPE, text=True
    )


# -- many requests ---------------------------------------------------------------------------------


def _get(field: Field, path: str = "/public/page", flood: Flood | None = None) -> list[Process]:
    told = flood or Flood(rate=1000, addresses=500, network=20, request="", host=APP)
    request = f"GET {path} HTTP/1.1\r\nHost: {APP}:{field.target.port}\r\nUser-Agent: x\r\n\r\n"
    return [_ours("flooding", field, told.asking(request).to_json())]


def _login(field: Field) -> list[Process]:
    target = field.target
    request = (
        f"POST /accounts/login/ HTTP/1.1\r\nHost: {target.login_host}:{target.port}\r\n"
        f"User-Agent: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(target.login_body)}\r\n{target.login_headers}\r\n{target.login_body}"
    )
    flood = Flood(rate=60, addresses=50, network=21, request=request, host=target.login_host)
    return [_ours("flooding", field, flood.to_json())]


def _greedy(field: Field) -> list[Process]:
    each = ("-c", "32", "--rps", "40", "-D", f"{field.seconds:.0f}")
    cookie = f"cookie: {field.target.greedy}"
    command = tools.h2load(field.target, *each, "--header", cookie, path="/v1/items/1")
    return [_started(*command)]


# -- connections and frames ------------------------------------------------------------------------


def _slow(sort: str, field: Field) -> list[Process]:
    return [_started(*tools.slowhttptest(sort, field.target, field.seconds))]


def _frames(kind: str, rate: int, field: Field) -> list[Process]:
    return [_ours("frames", field, kind, str(rate))]


def _idle(field: Field) -> list[Process]:
    return [_ours("idling", field, "10000")]


def _handshakes(field: Field) -> list[Process]:
    flood = Flood(rate=600, addresses=10, network=23, request="", host=APP, each_anew=True)
    return [_ours("flooding", field, flood.to_json())]


# -- a sick service --------------------------------------------------------------------------------


_SICK: Final = Flood(rate=50, addresses=100, network=22, request="", host=APP)


def _hangs(field: Field) -> list[Process]:
    field.services.signal("sick", signal.SIGSTOP)
    return _get(field, "/sick/page", _SICK)


def _goes_on(field: Field) -> None:
    field.services.signal("sick", signal.SIGCONT)


def _errors(field: Field) -> list[Process]:
    return _get(field, "/sick/500", _SICK)


def _killed(field: Field) -> list[Process]:
    field.services.kill("sick")
    return _get(field, "/sick/page", _SICK)


def _comes_back(field: Field) -> None:
    field.services.start("sick")


def _by_slowhttptest(title: str, sort: str) -> Attack:
    return Attack(
        f"slowhttptest {title}, 1,000 connections",
        partial(_slow, sort),
        tool="slowhttptest",
        tries=tools.of_slowhttptest,
    )


ATTACKS: Final[Mapping[str, Attack]] = {
    "slow-headers": _by_slowhttptest("-H, slow headers", "headers"),
    "slow-body": _by_slowhttptest("-B, slow bodies", "body"),
    "slow-read": _by_slowhttptest("-X, slow reads", "read"),
    "range": _by_slowhttptest("-R, ranges", "range"),
    "reset": Attack("HTTP/2 rapid reset, 5,000 streams/s", partial(_frames, "reset", 5000)),
    "continuation": Attack(
        "HTTP/2 continuation flood, 10,000 frames/s", partial(_frames, "continuation", 10000)
    ),
    "idle": Attack("10,000 idle connections from 100 addresses", _idle),
    "handshake": Attack("TLS handshake flood, 600/s from 10 addresses", _handshakes),
    "get": Attack("GET flood, 1,000/s from 500 addresses", _get),
    "login": Attack("login flood, 60/s from 50 addresses", _login),
    "greedy": Attack(
        "greedy signed-in tenant, 1,280/s", _greedy, tool="h2load", tries=tools.of_h2load
    ),
    "hang": Attack("a service hangs, asked 50/s", _hangs, end=_goes_on),
    "errors": Attack("a service answers 500, asked 50/s", _errors),
    "killed": Attack("a service is killed, asked 50/s", _killed, end=_comes_back),
}
