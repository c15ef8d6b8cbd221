"""What it costs that the edge knows who is asking, and how soon it knows what is revoked.

The first part compares, all in one run and on one core, Envoys before the same small answer:

- *bare* and *edge*: as in ``bench.edge``, nobody signs in;
- *edge, cookie* and so on: the same, sent what is sent below, which it only carries on;
- *public*: the edge with identity, a route that asks nobody;
- *cookie*, *bearer*, *key*: a route that asks, answered by a session's cookie, an access token or
  an API key, each verified for the first time long ago.

Then the same for *cookie* with one part of the work left out at a time, and with 10,000 live
revocations. Rounds alternate, since machines are noisy; the instructions a request are the
steadiest.

The second part starts a whole installation with 10,000 live revocations, revokes one more again
and again, and measures from the commit in the database to the first refusal at the edge.
"""

import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tests.ports import free_port

from bench import edge, load
from bench.load import Result
from bench.proxies import Json, Proxy, start
from ringwall.core.clock import SystemClock
from ringwall.gateway.envoy.resources import Folder
from ringwall.gateway.layout import EDGE, Layout
from ringwall.gateway.service import Gateway
from ringwall.identity import facts, published
from ringwall.identity.kinds import Purpose
from ringwall.identity.tokens import Mint, Proven
from ringwall.runtime.configuration import load_text
from ringwall.runtime.current import all_sections

LIVE: Final = int(os.environ.get("BENCH_LIVE", "10000"))
COUNTED: Final = int(os.environ.get("BENCH_COUNTED", "3000"))
"""Requests whose instructions are counted."""
SAMPLES: Final = int(os.environ.get("BENCH_SAMPLES", "200"))

_WITHOUT: Final = frozenset(os.environ.get("BENCH_WITHOUT", "").split(","))
"""Of ``whole``, ``parts`` and ``revocations``, what not to measure."""

Change = Callable[[dict[str, Json]], None]


def main() -> None:
    """Measure and print."""
    load.require()
    if not {"whole", "parts"} <= _WITHOUT:
        with tempfile.TemporaryDirectory(prefix="ringwall-bench-", dir="/tmp") as folder:
            _requests(Path(folder))
    if "revocations" not in _WITHOUT:
        with tempfile.TemporaryDirectory(prefix="ringwall-bench-", dir="/tmp") as folder:
            _revocations(Path(folder))


# -- what a request costs --------------------------------------------------------------------------


def _requests(folder: Path) -> None:
    ports = {name: free_port() for name in ("service", "plain", "bare", "edge", "identity")}
    others = {name: free_port() for name in ("service", "plain")}
    plain = apply(folder / "plain", ports, ports["edge"], identity=False)
    known = apply(folder / "identity", others, ports["identity"], identity=True)
    sent = credentials(known.layout.state)
    bare = edge.bare(
        folder,
        Folder(plain.layout.xds(EDGE).path),
        ports["bare"],
        ports["plain"],
        mutual=False,
    )
    with ExitStack() as stack:

        def run(name: str, bootstrap: Json | Path, core: int) -> Proxy:
            proxy = start(bootstrap, folder=folder, name=name, core=core)
            stack.callback(proxy.stop)
            return proxy

        run("service", edge.service(folder / "plain", ports), edge.LOAD_CORE)
        run("service-known", edge.service(folder / "identity", others), edge.LOAD_CORE)
        proxies = {
            "bare": run("bare", bare, edge.PROXY_CORE),
            "edge": run("edge", plain.layout.bootstrap(EDGE), edge.PROXY_CORE),
            "identity": run("identity", known.layout.bootstrap(EDGE), edge.PROXY_CORE),
        }
        print(f"{edge.ROUNDS} rounds of {edge.SECONDS:.0f} s each, taking turns\n")
        identity, port = proxies["identity"], ports["identity"]
        asked = {
            "bare": Asked(proxies["bare"], ports["bare"]),
            "edge": Asked(proxies["edge"], ports["edge"]),
            **{
                f"edge, {name}": Asked(proxies["edge"], ports["edge"], headers=(one,))
                for name, one in sent.items()
            },
            "public": Asked(identity, port, path="/public"),
            **{name: Asked(identity, port, headers=(one,)) for name, one in sent.items()},
        }
        for http2 in (False, True) if "whole" not in _WITHOUT else ():
            title = f"HTTP/{2 if http2 else 1}"
            compare(title, asked, http2=http2)
            count(title, asked, http2=http2)
        for name, change in PARTS.items() if "parts" not in _WITHOUT else ():
            sort = "bearer" if "bearer" in name else "cookie"
            port = free_port()
            bootstrap = variant(known, folder / name, ports["identity"], port, change)
            other = start(bootstrap, folder=folder, name=name, core=edge.PROXY_CORE)
            try:
                pair = {sort: asked[sort], name: Asked(other, port, headers=(sent[sort],))}
                count(f"HTTP/1, {name}", pair)
            finally:
                other.stop()  # a machine has few inotify instances, and each proxy takes two


@dataclass(frozen=True)
class Asked:
    """What is measured: a proxy, and what it is asked."""

    proxy: Proxy
    port: int
    headers: tuple[str, ...] = ()
    path: str = "/small"


def compare(
    title: str,
    asked: Mapping[str, Asked],
    *,
    http2: bool,
    bases: tuple[str, str] = ("bare", "edge"),
) -> None:
    """Print rates and processor time of all, next to those of two of them."""
    found: dict[str, list[tuple[Result, float]]] = {name: [] for name in asked}
    for _ in range(edge.ROUNDS):
        for name, one in asked.items():
            proxy = one.proxy
            seconds, served = proxy.processor_seconds, proxy.requests
            result = load.keep_alive(
                one.port,
                http2=http2,
                seconds=edge.SECONDS,
                core=edge.LOAD_CORE,
                path=one.path,
                headers=one.headers,
            )
            cost = (proxy.processor_seconds - seconds) / max(1, proxy.requests - served)
            found[name].append((result, cost))
    first, second = bases
    bare, plain = _medians(found[first]), _medians(found[second])
    print(f"{title}, ratios of {first} and of {second}")
    print(f"  {'':16}   req/s  ratio   ratio    us/req   ratio   ratio   failed")
    for name, rows in found.items():
        rate, cost = _medians(rows)
        failed = sum(result.failed for result, _ in rows)
        print(
            f"  {name:16} {rate:7.0f}    {rate / bare[0]:4.2f}    {rate / plain[0]:4.2f}  "
            f"{cost * 1e6:7.1f}    {bare[1] / cost:4.2f}    {plain[1] / cost:4.2f}  {failed}",
            flush=True,
        )
    print()


def _medians(rows: list[tuple[Result, float]]) -> tuple[float, float]:
    """Rate, and processor seconds a request."""
    return (
        statistics.median(result.rate for result, _ in rows),
        statistics.median(cost for _, cost in rows),
    )


def count(
    title: str, asked: Mapping[str, Asked], *, http2: bool = False, requests: int = COUNTED
) -> None:
    """Instructions a request, which are the same on a busy machine."""
    why_not = _why_not_counted()
    if why_not:
        print(f"{title}: not counted, {why_not}\n")
        return
    print(f"{title}\n  {'':16} 1000 instructions  ratio  failed")
    first = None
    for name, one in asked.items():
        counts, failed = [], 0
        for _ in range(edge.ROUNDS):
            with _Instructions(one.proxy) as idle:
                time.sleep(1)
            with _Instructions(one.proxy) as busy:
                failed += load.exactly(
                    one.port,
                    http2=http2,
                    requests=requests,
                    core=edge.LOAD_CORE,
                    path=one.path,
                    headers=one.headers,
                )
            rest = idle.count / idle.seconds * busy.seconds
            counts.append((busy.count - rest) / requests)
        found = statistics.median(counts)
        first = first or found
        print(f"  {name:18} {found / 1e3:15.1f}   {first / found:4.2f}  {failed}", flush=True)
    print()


def _why_not_counted() -> str:
    """Why instructions cannot be counted here; empty where they can be."""
    if shutil.which("perf") is None:
        return "there is no perf (package linux-perf)"
    command = ["perf", "stat", "-x,", "-e", "instructions:u", "true"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    return "" if re.search(r"^\d+,", told, re.MULTILINE) else "perf counts none on this machine"


class _Instructions:
    """Counts what a proxy executes in user mode, and for how many seconds."""

    def __init__(self, proxy: Proxy) -> None:
        self.count, self.seconds = 0, 0.0
        self._pids = ",".join(map(str, proxy.pids))

    def __enter__(self) -> "_Instructions":
        command = ["perf", "stat", "-x,", "-e", "instructions:u", "-p", self._pids]
        self._perf = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        time.sleep(0.3)  # until it has attached to every thread
        self._begun = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.monotonic() - self._begun + 0.3
        self._perf.send_signal(signal.SIGINT)
        text = self._perf.communicate(timeout=10)[1]
        row = next(one for one in text.splitlines() if "instructions" in one)
        self.count = int(row.partition(",")[0])


def apply(folder: Path, ports: Mapping[str, int], listen: int, *, identity: bool) -> Gateway:
    """A configuration of ordinary size, applied."""
    folder.mkdir()
    hosts = f"{load.HOST}: {{}}, other.localhost: {{}}"
    text = f"""
version: 1
edge:
  listen: 127.0.0.1:{listen}
  redirect: 127.0.0.1:{free_port()}
  private: 127.0.0.1:{free_port()}
  hosts: {{{hosts}{", id.localhost: {}" if identity else ""}}}
availability: {{connections: {{handshakes: null, requests: null}}}}
services:
  service: {{addresses: ["127.0.0.1:{ports["service"]}"], owner: bench}}
{"identity: {host: id.localhost, token_lifetime: 15m}" if identity else ""}
routes:
  - name: items
    hosts: [{load.HOST}]
    path: "/v1/{{tenant}}/items"
    methods: [GET, POST]
    service: service
  - {{name: item, hosts: [{load.HOST}], path: "/v1/{{tenant}}/items/{{id}}", service: service}}
  - name: public
    hosts: [{load.HOST}]
    path: /public
    service: service
{"    sign_in: none" if identity else ""}
  - {{name: all, hosts: [{load.HOST}], path: "/**", methods: [GET, POST], service: service}}
"""
    layout = Layout(folder, folder / "state", folder)
    sections = all_sections()
    gateway = Gateway(layout, sections=sections, clock=SystemClock())
    gateway.apply(load_text(text, sections), author="bench", reason="bench")
    gateway.certificates.for_service("service", trust_domain="ringwall.internal")
    return gateway


def credentials(state: Path) -> dict[str, str]:
    """Request headers of one person, each good for an hour."""
    told = facts.read(state)
    mint = Mint(state, told)
    proven = Proven(
        sub="5d0b4bd0b0a04c4c8d1f6a3f1f0c9f55",
        sid="sJ2kq0P4m1nVZb8w7r6tXyQ",
        audience=(told.origin_of(load.HOST),),
        tenant="north",
        roles=("buyer", "seller"),
        email="ada@example.com",
        name="Ada",
        acr="mfa",
        amr=("mfa", "otp", "pwd"),
        auth_time=int(time.time()),
    )

    def token(purpose: Purpose) -> str:
        return mint.issue(purpose, proven, now=datetime.now(UTC), life=timedelta(hours=1))

    secret = "s" * 43
    session = f"9999999999.{secret}~{token(Purpose.SESSION)}"
    return {
        "cookie": f"cookie: theme=dark; __Host-ringwall={session}; basket=12",
        "bearer": f"authorization: Bearer {token(Purpose.ACCESS)}",
        "key": f"x-api-key: rwk_{token(Purpose.KEY)}~abcdef",
    }


# -- the same with a part of the work left out -----------------------------------------------------


def variant(gateway: Gateway, folder: Path, port: int, other_port: int, change: Change) -> Path:
    """A copy of an edge's files at another port, with a change to some of them."""
    source = gateway.layout.bootstrap(EDGE).parent
    folder.mkdir()
    files: dict[str, Json] = {}
    for path in sorted(source.rglob("*.json")):
        text = path.read_text().replace(str(source), str(folder))
        text = re.sub(rf'"port_value":\s*{port}\b', f'"port_value":{other_port}', text)
        if path.name.startswith("rds-"):
            text = text.replace(f':{port}"', f':{other_port}"')
        files[str(path.relative_to(source))] = json.loads(text)
    admin = files[gateway.layout.bootstrap(EDGE).name]["admin"]
    admin["address"]["pipe"]["path"] = str(folder / "admin.sock")
    change(files)
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content))
    return folder / gateway.layout.bootstrap(EDGE).name


def _tokens(files: dict[str, Json]) -> list[Json]:
    (filters,) = files["ecds-ringwall.tokens.json"]["resources"]
    return list(filters["typed_config"]["providers"].values())


def _no_claims(files: dict[str, Json]) -> None:
    for provider in _tokens(files):
        provider["claim_to_headers"] = []


def _no_assertion(files: dict[str, Json]) -> None:
    for provider in _tokens(files):
        provider["claim_to_headers"] = [
            one for one in provider["claim_to_headers"] if "assertion" not in one["header_name"]
        ]


def _no_cache(files: dict[str, Json]) -> None:
    for provider in _tokens(files):
        del provider["jwt_cache_config"]


def parts(value: object) -> Iterator[Json]:
    """Every object within a value, each before those within it."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from parts(one)


def _no_facts(files: dict[str, Json]) -> None:
    """The access record without what past requests are judged again by."""
    for part in parts(files["lds.json"]):
        for name in ("roles", "scopes", "strength", "proven"):
            part.get("json_format", {}).pop(name, None)


def _without(*names: str) -> Change:
    """Without some filters at all."""

    def change(files: dict[str, Json]) -> None:
        for file in ("lds.json", *(n for n in files if n.startswith("rds-"))):
            for part in parts(files[file]):
                if "http_filters" in part:
                    some = part["http_filters"]
                    part["http_filters"] = [one for one in some if one["name"] not in names]
                for name in names:
                    part.get("typed_per_filter_config", {}).pop(name, None)

    return change


def _revoked(several: int) -> Change:
    def change(files: dict[str, Json]) -> None:
        from ringwall.gateway.envoy.revoked import revoked  # noqa: PLC0415

        values = tuple(f"s{number:021d}" for number in range(several))
        files["ecds-ringwall.revoked.json"]["resources"] = [revoked({"session": values})]

    return change


_VERIFYING: Final = ("ringwall.tokens", "ringwall.revoked", "ringwall.recent")

PARTS: Final[Mapping[str, Change]] = {
    "10,000 revoked": _revoked(10_000),
    "no revocations": _without("ringwall.revoked", "ringwall.recent"),
    "no claims": _no_claims,
    "no assertion": _no_assertion,
    "no cache": _no_cache,
    "no facts recorded": _no_facts,
    "not verified": _without(*_VERIFYING),
    "not even looked for": _without("ringwall.session", *_VERIFYING),
}


# -- how soon what is revoked is refused -----------------------------------------------------------


def _told(state: Path) -> int:
    """How many revoked sessions the edge was told of."""
    found = published.revoked(state)
    return len({*found.settled.get("session", ()), *found.recent.get("session", ())})


def _revocations(folder: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ringwall.runtime.settings")
    os.environ["RINGWALL_STATE"] = str(folder / "own")
    import django  # noqa: PLC0415

    django.setup()
    del os.environ["RINGWALL_STATE"]  # or the installation would take it for its own
    from django.utils import timezone  # noqa: PLC0415
    from tests.identity.edge.scene import ask, identity_stage  # noqa: PLC0415

    from ringwall.identity import revocations  # noqa: PLC0415
    from ringwall.identity.models import Revocation, Subject  # noqa: PLC0415

    (folder / "stage").mkdir()
    until = timezone.now() + timedelta(hours=1)
    with (
        identity_stage(folder / "stage", folder / "own") as scene,
        scene.stage.client() as client,
    ):
        rows = [Revocation(subject="session", value=f"s{n:021d}", until=until) for n in range(LIVE)]
        Revocation.objects.bulk_create(rows, batch_size=500)
        scene.stage.wait(lambda: _told(scene.stage.state) >= LIVE)
        time.sleep(20)  # until so many at once are settled (published._TAKEN_WITHIN): now they live
        times = []
        for number in range(SAMPLES):
            proven = scene.proven()
            token = scene.issue(Purpose.ACCESS, proven)
            if ask(client, scene.url(), bearer=token).status_code != 200:
                msg = "a good token is refused"
                raise RuntimeError(msg)
            time.sleep(0.05 + 0.1 * (number % 7) / 7)  # at any moment of the follower's rest
            revocations.revoke(Subject.SESSION, proven.sid, until=until, reason="bench")
            begun = time.monotonic()
            while ask(client, scene.url(), bearer=token).status_code != 401:
                time.sleep(0.002)
            times.append(time.monotonic() - begun)
        times.sort()
        print(f"from commit to refusal, {SAMPLES} times with {LIVE} live revocations, ms")
        for share in (0.0, 0.5, 0.9, 0.95, 0.99):
            print(f"  p{share * 100:<3.0f} {times[int(len(times) * share)] * 1e3:6.0f}")
        print(f"  max  {times[-1] * 1e3:6.0f}")
