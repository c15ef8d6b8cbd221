"""What a shared limit costs: Envoy alone, and with a question for each request.

Four proxies stand before the same small answer, all with plain HTTP, which hides no price:

- *none*: no shared limit;
- *grpcio*: the question goes to a server of grpcio's asyncio kind, which counts in memory;
- *memory*: it goes to Ringwall's process, which counts in memory;
- *redis*: the same process, with a Redis on this machine.

The processor time of each is read from the kernel, and is what to compare on a busy machine. The
last lines are questions one at a time, where nothing can be answered together.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import grpc
from tests.gateway.quotas.asking import METHOD
from tests.gateway.quotas.redis_server import RedisServer
from tests.ports import free_port

from bench import load
from bench.proxies import Json, Proxy, start
from ringwall.gateway.availability.config import Availability, Exempt
from ringwall.gateway.availability.limiting import By, Limit
from ringwall.gateway.config import Route
from ringwall.gateway.envoy import shared
from ringwall.gateway.envoy.resources import extension
from ringwall.gateway.quotas.memory import Memory
from ringwall.gateway.quotas.messages import OK, over, pours
from ringwall.gateway.quotas.process import REDIS_VARIABLE, SOCKET_VARIABLE
from ringwall.runtime.configuration import Address

REQUESTS = int(os.environ.get("BENCH_REQUESTS", "20000"))
TICKS = os.sysconf("SC_CLK_TCK")
PROXY_CORE, LOAD_CORE = 0, 1
LIMITS = Availability(
    exempt=Exempt(networks=()),
    limits={"address": Limit(by=By.ADDRESS, rate="1000000/s", burst=1_000_000, shared=True)},
)
ROUTE = Route(name="all", hosts=("localhost",), path="/**", service="service")


def main() -> None:
    """Measure and print."""
    load.require()
    with tempfile.TemporaryDirectory(prefix="ringwall-bench-", dir="/tmp") as folder:
        _measure(Path(folder))


def _measure(folder: Path) -> None:
    with ExitStack() as stack:
        upstream = free_port()
        service = start(_answering(folder, upstream), folder=folder, name="service", core=LOAD_CORE)
        stack.callback(service.stop)
        redis = RedisServer()
        stack.callback(redis.close)
        print(f"{REQUESTS} requests, HTTP/1.1; microseconds of processor time a request")
        print(f"  {'':8} clients   req/s  proxy  asked  redis  failed")
        bare: dict[int, float] = {}
        for sort in ("none", "grpcio", "memory", "redis"):
            with ExitStack() as own:
                socket = folder / f"{sort}.sock"
                asked = None if sort == "none" else _asked(sort, socket, redis)
                if asked is not None:
                    own.callback(_end, asked)
                port = free_port()
                bootstrap = _asking(folder, sort, port, upstream, socket)
                proxy = start(bootstrap, folder=folder, name=sort, core=PROXY_CORE)
                own.callback(proxy.stop)
                _load(port, 1, 200)
                for clients in (16, 1):
                    requests = REQUESTS if clients > 1 else REQUESTS // 4
                    _one(sort, clients, requests, port, proxy, asked, redis, bare)


def _one(
    sort: str,
    clients: int,
    requests: int,
    port: int,
    proxy: Proxy,
    asked: "subprocess.Popen[bytes] | None",
    redis: RedisServer,
    bare: dict[int, float],
) -> None:
    pids = [proxy.process.pid, *([asked.pid] if asked else [])]
    before = [_seconds(pid) for pid in (*pids, redis.pid)]
    began = time.monotonic()
    failed = _load(port, clients, requests)
    rate = requests / (time.monotonic() - began)
    spent = [_seconds(pid) - was for pid, was in zip((*pids, redis.pid), before, strict=True)]
    costs = [one / requests * 1e6 for one in spent]
    bare.setdefault(clients, costs[0])
    python = f"{costs[1]:6.0f}" if asked else f"{'':6}"
    print(f"  {sort:8} {clients:7} {rate:7.0f} {costs[0]:6.0f} {python} {costs[-1]:6.0f}  {failed}")


def _load(port: int, clients: int, requests: int) -> int:
    """How many of the requests were not answered 200."""
    command = ["taskset", "-c", str(LOAD_CORE), "h2load", "--h1", "-c", str(clients)]
    command += ["-n", str(requests), f"http://127.0.0.1:{port}/"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return requests - int(said.partition("status codes: ")[2].partition(" 2xx")[0])


def _seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _asked(sort: str, socket: Path, redis: RedisServer) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, SOCKET_VARIABLE: str(socket)}
    environment |= {REDIS_VARIABLE: redis.url} if sort == "redis" else {}
    module = "bench.quotas" if sort == "grpcio" else "ringwall.gateway.quotas.process"
    command = ["taskset", "-c", str(LOAD_CORE), sys.executable, "-m", module]
    process = subprocess.Popen(command, env=environment)
    deadline = time.monotonic() + 20
    while not socket.exists() or (sort == "redis" and not _connected(redis)):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            msg = f"{sort} did not start"
            raise RuntimeError(msg)
        time.sleep(0.05)
    return process


def _connected(redis: RedisServer) -> bool:
    return b"cmd=evalsha" in redis.ask("CLIENT", "LIST")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(10)


def _asking(folder: Path, sort: str, port: int, upstream: int, socket: Path) -> Json:
    entry: Json = {"name": "all", "match": {"prefix": "/"}, "route": {"cluster": "service"}}
    table: Json = {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [entry]}]}
    clusters: list[Json] = [_cluster(upstream)]
    filters: list[Json] = []
    if sort != "none":
        filters = shared.filters(LIMITS)
        asked = shared.cluster(Address(path=str(socket)))
        clusters.append({name: value for name, value in asked.items() if name != "@type"})
        table = shared.asking(table, LIMITS, routes=[ROUTE], verifying=None)
    return _bootstrap(folder / f"{sort}-admin.sock", port, table, filters, clusters)


def _answering(folder: Path, port: int) -> Json:
    body = {"status": 200, "body": {"inline_string": "small\n"}}
    entry: Json = {"match": {"prefix": "/"}, "direct_response": body}
    table: Json = {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [entry]}]}
    return _bootstrap(folder / "service-admin.sock", port, table, [], [])


def _bootstrap(
    admin: Path, port: int, table: Json, filters: list[Json], clusters: list[Json]
) -> Json:
    manager = extension(
        "manager",
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="bench",
        route_config=table,
        http_filters=[
            *filters,
            extension("router", "envoy.extensions.filters.http.router.v3.Router"),
        ],
    )
    listener = {
        "name": "bench",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "filter_chains": [{"filters": [manager]}],
    }
    return {
        "node": {"id": admin.stem, "cluster": "bench"},
        "admin": {"address": {"pipe": {"path": str(admin)}}},
        "static_resources": {"listeners": [listener], "clusters": clusters},
    }


def _cluster(port: int) -> Json:
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": address}}]}]
    return {
        "name": "service",
        "connect_timeout": "1s",
        "load_assignment": {"cluster_name": "service", "endpoints": endpoints},
    }


async def _grpcio(socket: str) -> None:
    """The same decisions by a server that is there for everybody."""
    memory = Memory(lambda: time.monotonic_ns() // 1000)

    async def should(question: bytes, _context: Any) -> bytes:
        wait = memory.take(pours(question, "bench"))
        return over(wait) if wait else OK

    service, _, name = METHOD[1:].partition("/")
    handler = grpc.unary_unary_rpc_method_handler(should)
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(service, {name: handler}),)
    )
    server.add_insecure_port(f"unix:{socket}")
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(_grpcio(os.environ[SOCKET_VARIABLE]))
