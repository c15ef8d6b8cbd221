"""What is said about a configuration that can be read but is wrong, unsafe or seldom meant."""

from copy import deepcopy
from typing import Any

import pytest
import yaml

from ringwall.gateway.sections import SECTIONS
from ringwall.identity.sections import SECTIONS as IDENTITY
from ringwall.inventory.sections import SECTIONS as INVENTORY
from ringwall.runtime.configuration import ConfigurationError, Problem, Severity, load_text

Json = dict[str, Any]

GOOD: Json = {
    "version": 1,
    "edge": {
        "hosts": {"a.example": {}, "*.b.example": {}},
        "acme": {"directory": "https://acme.example/dir", "terms_accepted": True},
    },
    "services": {
        "web": {
            "addresses": ["127.0.0.1:7001"],
            "owner": "tests",
            "calls": ["api"],
            "sidecar": {"app": "unix:run/web.sock", "outbound": "unix:run/web-out.sock"},
        },
        "api": {
            "addresses": ["127.0.0.1:7002"],
            "owner": "tests",
            "sidecar": {"app": "unix:run/api.sock"},
        },
        "words": {
            "addresses": ["127.0.0.1:7003"],
            "owner": "tests",
            "protocol": "grpc",
            "tls": "none",
        },
        "paid": {
            "addresses": ["paid.example:443"],
            "owner": "tests",
            "tls": "server",
            "server_name": "paid.example",
        },
    },
    "routes": [
        {"name": "web", "hosts": ["a.example", "*.b.example"], "path": "/**", "service": "web"},
        {
            "name": "write",
            "hosts": ["a.example"],
            "path": "/w",
            "service": "web",
            "methods": ["PUT"],
        },
        {
            "name": "words",
            "hosts": ["a.example"],
            "path": "/tests.Words/{method}",
            "service": "words",
            "methods": ["POST"],
        },
        {"name": "paid", "hosts": ["a.example"], "path": "/paid", "service": "paid"},
    ],
}


def judge(**changes: Any) -> tuple[str, tuple[Problem, ...]]:
    """Change ``GOOD`` at some places (``services__web__tls="none"``); the text and its problems."""
    config = deepcopy(GOOD)
    for place, value in changes.items():
        *way, last = (int(k) if k.isdigit() else k for k in place.split("__"))
        there: Any = config
        for key in way:
            there = there[key] if isinstance(key, int) else there.setdefault(key, {})
        there[last] = value
    text = yaml.safe_dump(config, sort_keys=False, width=1000)
    try:
        found = load_text(text, (*INVENTORY, *IDENTITY, *SECTIONS))
    except ConfigurationError as error:
        return text, error.problems
    return text, found.warnings


def pointed_at(text: str, problem: Problem) -> str:
    """The source from the place on, to the end of the line."""
    assert problem.place is not None
    return text.splitlines()[problem.place.line - 1][problem.place.column - 1 :]


def test_a_good_configuration_is_left_alone() -> None:
    _, problems = judge()
    assert problems == ()


ERROR, WARNING = Severity.ERROR, Severity.WARNING
ROUTE: Json = {"name": "new", "hosts": ["a.example"], "path": "/new", "service": "web"}
OWN_SIDECAR = {"app": "unix:run/x.sock"}

CASES: list[tuple[Json, Severity, str, str]] = [
    # Edge: hosts and their certificates
    ({"edge__hosts__a.example": {"tls_minimum": "1.2"}}, WARNING, "accepts TLS 1.2", "'1.2'"),
    ({"edge__hosts__idle.example": {}}, WARNING, "no route names idle.example", "idle.example:"),
    (
        {"edge__hosts": {"a.example": {}, "*.b.example": {}, "ringwall-unknown": {}}},
        ERROR,
        "a name Ringwall keeps for itself",
        "ringwall-unknown:",
    ),
    (
        {
            "edge__hosts": {"a.example": {}, "*.b.example": {}, "*.example": {}},
            "routes__3__hosts": ["*.example"],
        },
        WARNING,
        "clients accept no certificate for *.example",
        "'*.example':",
    ),
    (
        {"edge__acme": None, "edge__hosts__a.example": {"certificate": {"source": "acme"}}},
        ERROR,
        "certificates from ACME need an account",
        "certificate:",
    ),
    (
        {"edge__hosts__*.b.example": {"certificate": {"source": "acme"}}},
        ERROR,
        "proves wildcards by DNS only",
        "certificate:",
    ),
    (
        {
            "edge__redirect": None,
            "edge__hosts__a.example": {"certificate": {"source": "acme"}},
        },
        ERROR,
        "http-01 needs the plain-text listener",
        "certificate:",
    ),
    ({"edge__acme__terms_accepted": False}, ERROR, "terms must be agreed to", "false"),
    # The doors of the edge.
    (
        {"edge__private": "0.0.0.0:9900"},
        WARNING,
        "open to every network",
        "0.0.0.0:9900",
    ),
    (
        {"edge__redirect": "127.0.0.1:8443"},
        ERROR,
        "127.0.0.1:8443 is edge.listen already",
        "127.0.0.1:8443",
    ),
    (
        {"edge__listen": "0.0.0.0:7001"},
        ERROR,
        "127.0.0.1:7001 is edge.listen already",
        "127.0.0.1:7001",
    ),
    (
        {"services__api__addresses": ["127.0.0.1:7001"]},
        ERROR,
        "127.0.0.1:7001 is services.web.addresses.0 already",
        "127.0.0.1:7001",
    ),
    (
        {"services__web__sidecar__outbound": "127.0.0.1:7002"},
        ERROR,
        "127.0.0.1:7002 is services.web.sidecar.outbound already",
        "127.0.0.1:7002",
    ),
    # Response headers
    (
        {"edge__response_headers": {"Content-Length": "3"}},
        ERROR,
        "content-length says how a message is framed",
        "response_headers:",
    ),
    (
        {"services__web__response_headers": {"transfer-encoding": None}},
        ERROR,
        "transfer-encoding says how a message is framed",
        "null",
    ),
    (
        {"routes__0__response_headers": {"connection": "close"}},
        ERROR,
        "connection says how a message is framed",
        "close",
    ),
    (
        {"routes__0__response_headers": {"server": "mine"}},
        WARNING,
        "the edge takes server out of every answer",
        "mine",
    ),
    # What services are called, and whom they call.
    (
        {"services__edge": {"addresses": ["127.0.0.1:1"], "owner": "x", "tls": "none"}},
        ERROR,
        '"edge" is a name Ringwall keeps for itself',
        "edge:",
    ),
    (
        {"services__idle": {"addresses": ["127.0.0.1:1"], "owner": "x", "tls": "none"}},
        WARNING,
        "no route leads to idle and no service calls it",
        "idle:",
    ),
    ({"services__web__calls": ["apy"]}, ERROR, 'there is no service "apy"', "apy"),
    (
        {"services__web__calls": ["api", "web"]},
        WARNING,
        "web needs no leave to call itself",
        "web",
    ),
    # Services: how they are reached
    (
        {"services__words__addresses": ["10.0.0.1:80"]},
        WARNING,
        "requests to words cross the network in plain text",
        "10.0.0.1:80",
    ),
    ({"services__paid__server_name": None}, ERROR, "tls: server needs server_name", "paid:"),
    (
        {"services__web__server_name": "web.example"},
        WARNING,
        "only tls: server reads this",
        "web.example",
    ),
    (
        {"services__words__trusted_roots": "ca.pem"},
        WARNING,
        "only tls: server reads this",
        "ca.pem",
    ),
    (
        {"services__words__health": {"path": "/up"}},
        WARNING,
        "gRPC's own health service, which has no path",
        "/up",
    ),
    ({"services__web__tls": "none"}, ERROR, "a sidecar speaks mutual TLS", "none"),
    (
        {"services__api__addresses": ["127.0.0.1:7002", "127.0.0.1:7004"]},
        ERROR,
        "has one address, the sidecar's",
        "addresses:",
    ),
    (
        {"services__api__sidecar": {"app": "127.0.0.1:7002"}},
        ERROR,
        "it would call itself",
        "127.0.0.1:7002",
    ),
    (
        {"services__api__sidecar": {"app": "10.0.0.1:80"}},
        WARNING,
        "requests to api cross the network in plain text",
        "10.0.0.1:80",
    ),
    (
        {"services__web__sidecar": OWN_SIDECAR},
        WARNING,
        "web has no sidecar.outbound through which to call them",
        "calls:",
    ),
    (
        {"services__web__sidecar__outbound": "0.0.0.0:7009"},
        ERROR,
        "whoever reaches 0.0.0.0:7009 could call services as web",
        "0.0.0.0:7009",
    ),
    (
        {"services__web__sidecar__outbound": "127.0.0.1:7009"},
        WARNING,
        "every program of this machine can call services as web",
        "127.0.0.1:7009",
    ),
    # Routes: what they refer to
    ({"routes__1__name": "web"}, ERROR, 'the name "web" is used by another route', "web"),
    ({"routes__1__service": "wep"}, ERROR, 'there is no service "wep"', "wep"),
    (
        {"routes__1__hosts": ["a.exampel"]},
        ERROR,
        'there is no host under edge.hosts "a.exampel"',
        "a.exampel",
    ),
    ({"routes__1__path": "/a//b"}, ERROR, "a path has no empty", "/a//b"),
    (
        {"routes__1": {**ROUTE, "path": "/**"}},
        ERROR,
        'GET a.example/** is led by route "web" already',
        "/**",
    ),
    (
        {"routes__3": {**ROUTE, "path": "/tests.Words/{other}", "methods": ["POST"]}},
        ERROR,
        'POST a.example/tests.Words/{other} is led by route "words" already',
        "/tests.Words/{other}",
    ),
    # What routes take.
    ({"routes__1__methods": ["HEAD"]}, WARNING, "only HEAD is answered here", "methods:"),
    ({"routes__1__websocket": True}, ERROR, "a WebSocket begins with GET", "methods:"),
    (
        {"routes__2__websocket": True, "routes__2__methods": ["GET", "POST"]},
        ERROR,
        "words speaks grpc: a WebSocket needs http1",
        "true",
    ),
    (
        {"routes__2__methods": ["GET"]},
        WARNING,
        "gRPC calls are POST, which is not taken here",
        "methods:",
    ),
    # Routes, how long and how often
    (
        {"routes__1__streaming": True, "routes__1__timeout": "5s"},
        WARNING,
        "a streaming route has no time-out",
        "5s",
    ),
    (
        {"routes__2__retries": {"attempts": 2}},
        WARNING,
        "none of the route's methods is ever sent again",
        "retries:",
    ),
    (
        {"routes__1__streaming": True, "routes__1__retries": {"per_try": "1s"}},
        WARNING,
        "a streaming route's tries are cut off by this",
        "1s",
    ),
    (
        {"routes__1__timeout": "1s", "routes__1__retries": {"per_try": "1s"}},
        WARNING,
        "there is no time for another try",
        "1s",
    ),
]


@pytest.mark.parametrize(
    ("changes", "severity", "message", "where"), CASES, ids=[case[2] for case in CASES]
)
def test_each_judgment_points_at_what_is_wrong(
    changes: Json, severity: Severity, message: str, where: str
) -> None:
    text, problems = judge(**changes)
    found = [one for one in problems if message in one.message]
    assert len(found) == 1, [str(one) for one in problems]
    assert found[0].severity is severity
    assert pointed_at(text, found[0]).startswith(where), pointed_at(text, found[0])
    # Nothing else is wrong with it, or what is follows from the very same mistake.
    assert all(one.severity is not ERROR for one in problems if one is not found[0])


def test_a_misspelt_reference_is_told_the_nearest_name() -> None:
    _, problems = judge(
        services__web__calls=["apii"], routes__1__service="wep", routes__1__hosts=["a.exampl"]
    )
    nearest = {one.value: one.nearest for one in problems if one.severity is ERROR}
    assert nearest == {"apii": "api", "wep": "web", "a.exampl": "a.example"}


def test_every_mistake_is_told_at_once() -> None:
    _, problems = judge(
        services__web__tls="none", routes__1__path="nowhere/", edge__redirect="127.0.0.1:8443"
    )
    assert len([one for one in problems if one.severity is ERROR]) >= 2


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({"edge__limits": {"stream_idle": "0s"}}, "a length of time above zero"),
        ({"edge__limits": {"header_timeout": "0s"}}, "a length of time above zero"),
        ({"edge__limits": {"connection_buffer": 0}}, "a size from 4KiB"),
        ({"edge__limits": {"headers": "64MiB"}}, "a size from 1KiB to 8MiB"),
        ({"edge__limits": {"heap": "1MiB"}}, "a size of 32MiB or more"),
        ({"routes__0__timeout": "0s"}, "a length of time above zero"),
        ({"routes__0__body_limit": 0}, "a size of 1 byte or more"),
        ({"routes__0__retries": {"per_try": "0ms"}}, "a length of time above zero"),
        ({"services__web__connect_timeout": "0s"}, "a length of time above zero"),
        ({"services__web__health": {"interval": "0s"}}, "a length of time above zero"),
    ],
)
def test_what_means_no_limit_to_envoy_cannot_be_written(changes: Json, allowed: str) -> None:
    _, problems = judge(**changes)
    errors = [one for one in problems if one.severity is ERROR]
    assert len(errors) == 1
    assert allowed in (errors[0].allowed or "")


def test_names_inside_tables_are_no_host_or_service_names() -> None:
    """A host may be called ``unknown``, a service ``not-allowed``."""
    _, problems = judge(
        edge__hosts={"a.example": {}, "*.b.example": {}, "unknown": {}, "misdirected": {}},
        routes__3__hosts=["unknown", "misdirected"],
    )
    assert problems == ()
