"""The edge as configured against a bare Envoy: same listener, same core, TLS 1.3.

Three proxies stand before the same small answer, itself an Envoy on the other core with the load:

- *bare*: a TLS 1.3 listener and one plain HTTP/1.1 cluster, nothing else;
- *bare, mutual TLS*: the same with mutual TLS to the service;
- *edge*: what Ringwall renders from a configuration, mutual TLS to the service included.

Rounds alternate between the proxies, and the medians over the rounds are compared. The processor
time per request is read from the kernel: on a busy machine it is the steadier of the two ratios.
"""

import os
import statistics
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.ports import free_port

from bench import load
from bench.load import Result
from bench.proxies import Json, Proxy, start
from ringwall.core.clock import SystemClock
from ringwall.gateway.envoy import tls
from ringwall.gateway.envoy.resources import Folder, typed
from ringwall.gateway.layout import EDGE, Layout
from ringwall.gateway.service import Gateway
from ringwall.runtime.configuration import load_text
from ringwall.runtime.current import all_sections

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
PROXY_CORE, LOAD_CORE = 0, 1
FIXED_RATE = 2000


def main() -> None:
    """Measure and print."""
    load.require()
    with tempfile.TemporaryDirectory(prefix="ringwall-bench-", dir="/tmp") as folder:
        _measure(Path(folder))


def _measure(folder: Path) -> None:
    ports = {name: free_port() for name in ("service", "plain", "bare", "bare-mtls", "edge")}
    gateway = _apply(folder, ports)
    xds = Folder(gateway.layout.xds(EDGE).path)
    configurations: dict[str, Json | Path] = {
        "bare": bare(folder, xds, ports["bare"], ports["plain"], mutual=False),
        "bare-mtls": bare(folder, xds, ports["bare-mtls"], ports["service"], mutual=True),
        "edge": gateway.layout.bootstrap(EDGE),
    }
    with ExitStack() as stack:

        def run(name: str, bootstrap: Json | Path, core: int) -> Proxy:
            proxy = start(bootstrap, folder=folder, name=name, core=core)
            stack.callback(proxy.stop)
            return proxy

        run("service", service(folder, ports), LOAD_CORE)
        proxies = {name: run(name, one, PROXY_CORE) for name, one in configurations.items()}
        print(f"{ROUNDS} rounds of {SECONDS:.0f} s each; the proxy alone on core {PROXY_CORE}\n")
        _compare(
            "keep-alive HTTP/1.1",
            proxies,
            lambda n: load.keep_alive(ports[n], http2=False, seconds=SECONDS, core=LOAD_CORE),
        )
        _compare(
            "keep-alive HTTP/2",
            proxies,
            lambda n: load.keep_alive(ports[n], http2=True, seconds=SECONDS, core=LOAD_CORE),
        )
        _compare(
            "new connections",
            proxies,
            lambda n: load.new_connections(ports[n], seconds=SECONDS, core=LOAD_CORE),
        )
        _compare(
            f"HTTP/1.1 at {FIXED_RATE} requests/s",
            proxies,
            lambda n: load.keep_alive(
                ports[n], http2=False, seconds=SECONDS, core=LOAD_CORE, rate=FIXED_RATE
            ),
        )
        for name, proxy in proxies.items():
            print(f"resident {name}: {proxy.resident_bytes / 1e6:.0f} MB")


def _compare(title: str, proxies: dict[str, Proxy], run: Callable[[str], Result]) -> None:
    found: dict[str, list[tuple[Result, float]]] = {name: [] for name in proxies}
    for _ in range(ROUNDS):
        for name, proxy in proxies.items():
            seconds, served = proxy.processor_seconds, proxy.requests
            result = run(name)
            cost = (proxy.processor_seconds - seconds) / max(1, proxy.requests - served)
            found[name].append((result, cost))
    print(f"{title}\n  {'':10}   req/s ratio  us/req ratio  p50 ms  p99 ms ratio  failed")
    bare = _medians(found["bare"])
    for name, rows in found.items():
        rate, cost, p50, p99 = _medians(rows)
        failed = sum(result.failed for result, _ in rows)
        print(
            f"  {name:10} {rate:7.0f} {rate / bare[0]:5.2f} "
            f"{cost * 1e6:7.1f} {bare[1] / cost:5.2f} "
            f"{p50 * 1e3:7.2f} {p99 * 1e3:7.2f} {p99 / bare[3]:5.2f}  {failed}",
            flush=True,
        )
    print()


def _medians(rows: list[tuple[Result, float]]) -> tuple[float, float, float, float]:
    """Rate, processor seconds a request, p50 and p99."""
    return (
        statistics.median(result.rate for result, _ in rows),
        statistics.median(cost for _, cost in rows),
        statistics.median(result.p50 for result, _ in rows),
        statistics.median(result.p99 for result, _ in rows),
    )


def _apply(folder: Path, ports: dict[str, int]) -> Gateway:
    """A configuration of ordinary size, applied: what a shop of this size would have."""
    text = f"""
version: 1
edge:
  listen: 127.0.0.1:{ports["edge"]}
  redirect: 127.0.0.1:{free_port()}
  private: 127.0.0.1:{free_port()}
  hosts: {{{load.HOST}: {{}}, other.localhost: {{}}}}
availability: {{connections: {{handshakes: null, requests: null}}}}
services:
  service: {{addresses: ["127.0.0.1:{ports["service"]}"], owner: bench}}
routes:
  - name: items
    hosts: [{load.HOST}]
    path: "/v1/{{tenant}}/items"
    methods: [GET, POST]
    service: service
  - {{name: item, hosts: [{load.HOST}], path: "/v1/{{tenant}}/items/{{id}}", service: service}}
  - {{name: static, hosts: [{load.HOST}], path: "/static/**", service: service}}
  - {{name: all, hosts: [{load.HOST}], path: "/**", methods: [GET, POST], service: service}}
"""
    sections = all_sections()
    layout = Layout(folder, folder / "state", folder)
    gateway = Gateway(layout, sections=sections, clock=SystemClock())
    gateway.apply(load_text(text, sections), author="bench", reason="bench")
    gateway.certificates.for_service("service", trust_domain="ringwall.internal")
    return gateway


def service(folder: Path, ports: dict[str, int]) -> Json:
    """The small answer, by plain HTTP and by mutual TLS."""
    credential = folder / "state" / "pki" / "services" / "ringwall.internal" / "services"
    leaf = next(iter(sorted((credential / "service").glob("*.crt"))))
    chain = typed(
        "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        common_tls_context={
            "tls_params": tls.parameters("1.3"),
            "tls_certificates": [
                {
                    "certificate_chain": {"filename": str(leaf)},
                    "private_key": {"filename": str(leaf.with_suffix(".key"))},
                }
            ],
        },
    )
    socket = {"name": "envoy.transport_sockets.tls", "typed_config": chain}
    answer = {
        "virtual_hosts": [
            {
                "name": "all",
                "domains": ["*"],
                "routes": [
                    {
                        "match": {"prefix": "/"},
                        "direct_response": {
                            "status": 200,
                            "body": {"inline_string": "x" * 512},
                        },
                    }
                ],
            }
        ]
    }
    return static(
        folder / "service.sock",
        [
            listener("mutual", ports["service"], answer, socket),
            listener("plain", ports["plain"], answer, None),
        ],
        [],
    )


def bare(folder: Path, xds: Folder, port: int, upstream: int, *, mutual: bool) -> Json:
    """The least Envoy that does the same walk."""
    certificate = tls.secret_reference(f"host:{load.HOST}", xds.file(f"sds/host-{load.HOST}.json"))
    cluster: Json = {
        "name": "service",
        "type": "STATIC",
        "load_assignment": {
            "cluster_name": "service",
            "endpoints": [
                {
                    "lb_endpoints": [
                        {
                            "endpoint": {
                                "address": {
                                    "socket_address": {
                                        "address": "127.0.0.1",
                                        "port_value": upstream,
                                    }
                                }
                            }
                        }
                    ]
                }
            ],
        },
    }
    if mutual:
        cluster["transport_socket"] = tls.client(
            certificate=tls.secret_reference("service:edge", xds.file("sds/service-edge.json")),
            validation=tls.secret_reference("peer:service", xds.file("sds/peer-service.json")),
        )
    routes = {
        "virtual_hosts": [
            {
                "name": "all",
                "domains": ["*"],
                "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "service"}}],
            }
        ]
    }
    name = f"bare-{port}"
    door = listener(name, port, routes, tls.server(certificate=certificate))
    return static(folder / f"{name}.sock", [door], [cluster])


def listener(name: str, port: int, routes: Json, socket: Json | None) -> Json:
    """One that does nothing but lead on."""
    chain: Json = {
        "filters": [
            {
                "name": "envoy.filters.network.http_connection_manager",
                "typed_config": typed(
                    "envoy.extensions.filters.network.http_connection_manager.v3."
                    "HttpConnectionManager",
                    stat_prefix=name,
                    codec_type="AUTO",
                    route_config=routes,
                    http_filters=[
                        {
                            "name": "envoy.filters.http.router",
                            "typed_config": typed("envoy.extensions.filters.http.router.v3.Router"),
                        }
                    ],
                ),
            }
        ]
    }
    if socket is not None:
        chain["transport_socket"] = socket
    return {
        "name": name,
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "filter_chains": [chain],
    }


def static(admin: Path, listeners: list[Json], clusters: list[Json]) -> Json:
    """A whole Envoy that nothing changes."""
    return {
        "node": {"id": admin.stem, "cluster": "bench"},
        "admin": {"address": {"pipe": {"path": str(admin)}}},
        "static_resources": {"listeners": listeners, "clusters": clusters},
    }
