"""What it costs to protect connections and services, in instructions of Envoy a request.

Two edges with a sidecar each: as they are by themselves, and one edge without bounds of connections
whose sidecar judges how its service fares. Then what is kept, which the service is not asked for;
and how much memory addresses without end take of the sidecar.
"""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tests.ports import free_port

from bench import edge, load
from bench.identity_edge import Asked, count
from bench.proxies import Json, Proxy, start
from ringwall.core.clock import SystemClock
from ringwall.gateway.layout import EDGE, Layout, sidecar_proxy
from ringwall.gateway.service import Gateway
from ringwall.runtime.configuration import load_text
from ringwall.runtime.current import all_sections

ADDRESSES: Final = int(os.environ.get("BENCH_ADDRESSES", "20000"))
_SIDECAR: Final = sidecar_proxy("service")
_FREE: Final = "handshakes: null, read_within: null, requests: null"


def main() -> None:
    """Measure and print."""
    load.require()
    with tempfile.TemporaryDirectory(prefix="ringwall-bench-", dir="/tmp") as folder:
        _measure(Path(folder))


def _measure(folder: Path) -> None:
    app = free_port()
    ports = {name: free_port() for name in ("as it is", "other")}
    usual = _apply(folder / "usual", ports["as it is"], app, connections="requests: null", more="")
    judged = "circuit: {adaptive: true, admission: true, requests: 1024}, "
    other = _apply(folder / "other", ports["other"], app, connections=_FREE, more=judged)
    with ExitStack() as stack:

        def run(gateway: Gateway, name: str) -> Proxy:
            bootstrap = gateway.layout.bootstrap(name)
            core = edge.PROXY_CORE
            proxy = start(bootstrap, folder=gateway.layout.root, name=name, core=core)
            stack.callback(proxy.stop)
            return proxy

        service = start(_service(folder, app), folder=folder, name="app", core=edge.LOAD_CORE)
        stack.callback(service.stop)
        inside = {"as it is": run(usual, _SIDECAR), "other": run(other, _SIDECAR)}
        edges = {"as it is": run(usual, EDGE), "other": run(other, EDGE)}
        for http2 in (False, True):
            asked = {
                "connections bounded": Asked(edges["as it is"], ports["as it is"]),
                "not bounded": Asked(edges["other"], ports["other"]),
            }
            count(f"The edge, HTTP/{2 if http2 else 1}", asked, http2=http2)
        sidecars = {
            "passed on": Asked(inside["as it is"], ports["as it is"]),
            "judged": Asked(inside["other"], ports["other"]),
            "kept": Asked(inside["as it is"], ports["as it is"], path="/kept"),
        }
        count("The sidecar", sidecars)
        count(
            "The service",
            {n: Asked(service, one.port, path=one.path) for n, one in sidecars.items()},
        )
        _without_end(inside["as it is"], ports["as it is"])


def _without_end(sidecar: Proxy, port: int) -> None:
    print(f"resident sidecar: {sidecar.resident_bytes / 1e6:.0f} MB")
    for start_at in range(0, ADDRESSES, ADDRESSES // 4):
        paths = [f"/kept?q={start_at + n}" for n in range(ADDRESSES // 4)]
        load.each(port, paths, core=edge.LOAD_CORE)
        entries = sidecar.admin.stats("cache_sessions_entries")
        print(
            f"after {start_at + len(paths)} addresses: {sidecar.resident_bytes / 1e6:.0f} MB, "
            f"{sum(map(int, entries.values()))} known"
        )


def _service(folder: Path, port: int) -> Json:
    """The small answer, which may be kept."""
    answer = {
        "virtual_hosts": [
            {
                "name": "all",
                "domains": ["*"],
                "routes": [
                    {
                        "match": {"prefix": "/"},
                        "direct_response": {"status": 200, "body": {"inline_string": "x" * 512}},
                        "response_headers_to_add": [
                            {"header": {"key": "cache-control", "value": "max-age=3600"}}
                        ],
                    }
                ],
            }
        ]
    }
    return edge.static(folder / "app.sock", [edge.listener("plain", port, answer, None)], [])


def _apply(folder: Path, listen: int, app: int, *, connections: str, more: str) -> Gateway:
    folder.mkdir()
    text = f"""
version: 1
edge:
  listen: 127.0.0.1:{listen}
  redirect: null
  private: 127.0.0.1:{free_port()}
  hosts: {{{load.HOST}: {{}}}}
availability: {{connections: {{{connections}}}}}
services:
  service:
    {{addresses: ["127.0.0.1:{free_port()}"], owner: bench, {more}health: null,
    sidecar: {{app: "127.0.0.1:{app}"}}}}
routes:
  - {{name: all, hosts: [{load.HOST}], path: "/**", service: service}}
  - {{name: kept, hosts: [{load.HOST}], path: /kept, service: service, cache: {{query: [q]}}}}
"""
    sections = all_sections()
    gateway = Gateway(
        Layout(folder, folder / "state", folder), sections=sections, clock=SystemClock()
    )
    gateway.apply(load_text(text, sections), author="bench", reason="bench")
    return gateway
