"""What it costs that requests are counted, in instructions of the edge's Envoy a request.

Two edges where people sign in: one with all protections that hold without a word of configuration,
so generous here that nobody meets them, and one with none of them. A route that asks nobody, and
one that asks, answered by a session's cookie; then the same with one limit less at a time, which
``BENCH_WITHOUT=parts`` leaves out.
"""

import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tests.ports import free_port

from bench import edge, load
from bench.identity_edge import Asked, count, credentials
from bench.proxies import Proxy, start
from ringwall.core.clock import SystemClock
from ringwall.gateway.availability.limiting import LIMITS, When
from ringwall.gateway.layout import EDGE, Layout
from ringwall.gateway.service import Gateway
from ringwall.runtime.configuration import load_text
from ringwall.runtime.current import all_sections

_ALWAYS: Final = [
    name for name, one in LIMITS.items() if not one.is_of_some_routes and one.when is When.ALWAYS
]
"""The limits that every request meets."""
_NONE: Final = "nobody: null, challenge: null"


_WITHOUT: Final = frozenset(os.environ.get("BENCH_WITHOUT", "").split(","))


def main() -> None:
    """Measure and print."""
    load.require()
    with tempfile.TemporaryDirectory(prefix="ringwall-bench-", dir="/tmp") as folder:
        _measure(Path(folder))


def _measure(folder: Path) -> None:
    sets = {
        "unprotected": _said(()),
        "protected": _said(_ALWAYS),
        **{f"not {name}": _said([one for one in _ALWAYS if one != name]) for name in _ALWAYS},
        "tell: x-ratelimit": f"{_said(_ALWAYS)}, tell: x-ratelimit",
        "tell: ratelimit": f"{_said(_ALWAYS)}, tell: ratelimit",
    }
    for http2 in (False, True):
        for name, said in sets.items():
            is_part = name != "protected"
            if name == "unprotected" or (is_part and (http2 or "parts" in _WITHOUT)):
                continue
            compared = {"unprotected": sets["unprotected"], name: said}
            _compare(folder / f"{name.replace(' ', '-')}-{http2}", compared, http2=http2)


def _compare(folder: Path, sets: Mapping[str, str], *, http2: bool) -> None:
    folder.mkdir()
    with ExitStack() as stack:
        asked: dict[str, dict[str, Asked]] = {"who is nobody": {}, "who shows a cookie": {}}
        for name, said in sets.items():
            ports = {one: free_port() for one in ("service", "plain", "edge")}
            gateway = _apply(folder / name.replace(" ", "-"), ports, said)
            proxy = _run(stack, folder / name.replace(" ", "-"), gateway, ports)
            cookie = credentials(gateway.layout.state)["cookie"]
            asked["who is nobody"][name] = Asked(proxy, ports["edge"], path="/public")
            asked["who shows a cookie"][name] = Asked(proxy, ports["edge"], headers=(cookie,))
        for who, pair in asked.items():
            count(f"HTTP/{2 if http2 else 1}, {who}", pair, http2=http2)


def _run(stack: ExitStack, folder: Path, gateway: Gateway, ports: dict[str, int]) -> Proxy:
    service = start(edge.service(folder, ports), folder=folder, name="service", core=edge.LOAD_CORE)
    stack.callback(service.stop)
    found = start(gateway.layout.bootstrap(EDGE), folder=folder, name="edge", core=edge.PROXY_CORE)
    stack.callback(found.stop)
    return found


def _said(kept: "list[str] | tuple[str, ...]") -> str:
    """Limits that nobody meets; all others are left out. Without any, nothing else protects."""
    limits = [
        f"{name}: {{by: [{', '.join(one.by)}], rate: 9999999/s, burst: 10000000, when: {one.when}}}"
        if name in kept or (kept and one.when is When.ALARM)
        else f"{name}: null"
        for name, one in LIMITS.items()
        if not one.is_of_some_routes
    ]
    rest = [] if kept else [_NONE]
    return ", ".join([f"limits: {{{', '.join(limits)}}}", *rest])


def _apply(folder: Path, ports: Mapping[str, int], said: str) -> Gateway:
    folder.mkdir()
    text = f"""
version: 1
edge:
  listen: 127.0.0.1:{ports["edge"]}
  redirect: null
  private: 127.0.0.1:{free_port()}
  hosts: {{{load.HOST}: {{}}, id.localhost: {{}}}}
availability:
  {{exempt: {{networks: [198.51.100.0/24]}}, connections: {{handshakes: null, requests: null}},
  {said}}}
services:
  service: {{addresses: ["127.0.0.1:{ports["service"]}"], owner: bench}}
identity: {{host: id.localhost, token_lifetime: 15m}}
routes:
  - {{name: public, hosts: [{load.HOST}], path: /public, service: service, sign_in: none}}
  - {{name: all, hosts: [{load.HOST}], path: "/**", service: service}}
"""
    sections = all_sections()
    gateway = Gateway(
        Layout(folder, folder / "state", folder), sections=sections, clock=SystemClock()
    )
    gateway.apply(load_text(text, sections), author="bench", reason="bench")
    gateway.certificates.for_service("service", trust_domain="ringwall.internal")
    return gateway
