"""The stage of the hostile tests, and the one judgment that all of them pass."""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from posixpath import normpath
from typing import Final
from urllib.parse import unquote

from tests.gateway.live.record import lines_of
from tests.gateway.live.recorder import MARK, Recorder, Seen
from tests.gateway.live.recorder2 import Recorder2
from tests.gateway.live.stage import Json, Stage
from tests.gateway.live.wire import Exchange, converse

from ringwall.gateway.admin import Admin
from ringwall.gateway.paths import parse_template

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WILDCARD: Final = "*.tenants.localhost"
HTTP2: Final = "/http2/**"
OPEN: Final = {
    "app.localhost": ("/static/**", "/items/{item}", "/items/{item}/parts/{part}", HTTP2),
    "other.localhost": ("/other/**",),
    WILDCARD: ("/tenant/**",),
}
"""All that leads anywhere, by host. HEAD comes with GET; ``HTTP2`` leads to another recorder."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing to send. Every ``~`` in ``data`` becomes the probe's own mark."""

    name: str
    data: bytes
    answers: int = 1
    requests: int = 1
    head: bool = False
    patience: float = 15.0
    linger: float = 0.25
    piece: int | None = None
    sni: str = "app.localhost"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a probe, on both sides of the edge."""

    exchange: Exchange
    seen: tuple[Seen, ...]
    requests: int = 1

    @property
    def refused(self) -> bool:
        """Nothing reached the service, and the client was told so or cut off."""
        return not self.seen


class HostileStage:
    """A running edge before a recorder."""

    def __init__(self, stage: Stage, recorder: Recorder, recorder2: Recorder2) -> None:
        self.stage, self.recorder, self.recorder2 = stage, recorder, recorder2
        self._numbers = count()

    @property
    def admin(self) -> Admin:
        """The admin interface of the edge's Envoy."""
        bootstrap = json.loads((self.stage.state / "xds" / "edge" / "bootstrap.json").read_text())
        return Admin(Path(bootstrap["admin"]["address"]["pipe"]["path"]))

    def mark(self) -> str:
        """A text of a fixed length that nothing else mentions."""
        return f"mark{next(self._numbers):06d}"

    def send(self, probe: Probe) -> Outcome:
        """Send one probe on a connection of its own."""
        mark = self.mark()
        exchange = converse(
            self.stage,
            probe.data.replace(b"~", mark.encode()),
            answers=probe.answers,
            head=probe.head,
            patience=probe.patience,
            linger=probe.linger,
            piece=probe.piece,
            sni=probe.sni,
        )
        return Outcome(exchange, tuple(self.recorder.about(mark)), probe.requests)

    def send_all(self, probes: Iterable[Probe]) -> dict[str, Outcome]:
        """Send several probes at a time; the outcomes by the probes' names."""
        several = list(probes)
        with ThreadPoolExecutor(48) as pool:
            return dict(zip((p.name for p in several), pool.map(self.send, several), strict=True))

    def records(self, *request_ids: str) -> list[Json]:
        """The edge's own records of some requests, in their order, once all are written."""
        deadline = time.monotonic() + 30
        while True:
            known = {one["request_id"]: one for one in lines_of(self.stage.state)}
            if all(one in known for one in request_ids) or time.monotonic() > deadline:
                return [known[one] for one in request_ids]
            time.sleep(0.05)


@contextmanager
def hostile_stage(
    folder: Path, *, route: Json | None = None, kind: type[Stage] = Stage, **edge: object
) -> Iterator[HostileStage]:
    """A whole edge in ``folder`` before a recorder.

    ``edge`` adds to the edge's settings, ``route`` to those of every route; another ``kind`` of
    stage runs less than all of Ringwall.
    """
    with Recorder() as recorder, Recorder2() as recorder2:
        plain = {"owner": "tests", "tls": "none", "health": None}
        config: Json = {
            "edge": {"hosts": {host: {} for host in OPEN}, **edge},
            "services": {
                "recorder": {"addresses": [recorder.address], **plain},
                "recorder2": {"addresses": [recorder2.address], "protocol": "http2", **plain},
            },
            "routes": [
                {
                    "name": f"{host.lstrip('*.').partition('.')[0]}-{number}",
                    "hosts": [host],
                    "path": path,
                    "methods": list(METHODS),
                    "service": "recorder2" if path == HTTP2 else "recorder",
                    **(route or {}),
                }
                for host, paths in OPEN.items()
                for number, path in enumerate(paths)
            ],
        }
        with kind(folder, config) as stage:
            yield HostileStage(stage.up(), recorder, recorder2)


def judge(outcome: Outcome) -> None:
    """Refused, or harmless: whatever reached the service was asked of the route table as such."""
    exchange, seen = outcome.exchange, outcome.seen
    from_service = [answer for answer in exchange.answers if answer.values(MARK)]
    from_edge = [answer for answer in exchange.answers if not answer.values(MARK)]
    assert not exchange.rest, "bytes that are no answer"
    assert len(seen) <= outcome.requests, "more requests than were sent"
    assert len(exchange.answers) <= outcome.requests, "more answers than requests"
    assert len(from_service) <= len([one for one in seen if one.complete])
    for one in seen:
        check_open(one)
    for answer in from_edge:
        assert 400 <= answer.status < 500 or answer.status == 501, "neither passed nor refused"
        assert answer.body in (b"", f"{answer.status} ".encode() + answer.body[4:])
        assert len(answer.body) < 64, "more words than the status"
        assert not answer.values("server")


def check_open(one: Seen) -> None:
    """A request that reached the service is one that the configuration lets through.

    That holds however the service reads the path, and nothing in the headers says otherwise.
    """
    host = one.host.lower()
    known = WILDCARD if host.endswith(WILDCARD[1:]) else host
    assert known in OPEN, "an unknown host"
    assert host.replace(".", "").replace("-", "").isalnum(), "not a host name"
    assert one.method in {*METHODS, "HEAD"}, "an unknown method"
    readings = _readings(one.path)
    assert any(all(parse_template(t).matches(r) for r in readings) for t in OPEN[known]), readings
    names = [name for name, _ in one.headers]
    for name in names:
        assert name not in HOP_BY_HOP
        assert "_" not in name
    assert one.values("te") in ([], ["trailers"])
    for name in ("host", "x-request-id", "x-forwarded-for", "x-forwarded-proto"):
        assert names.count(name) == 1, name
    assert one.values("x-forwarded-proto") == ["https"]


HOP_BY_HOP: Final = (
    "connection",
    "http2-settings",
    "keep-alive",
    "proxy-connection",
    "upgrade",
)
"""RFC 9110 section 7.6.1: what concerns one connection is not passed on."""


def _readings(path: str) -> Sequence[str]:
    """How services of all kinds may read one path: as it is, decoded, without parameters."""
    without_parameters = "/".join(s.partition(";")[0] for s in path.split("/"))
    decoded = unquote(path)
    several = (path, decoded, decoded.replace("\\", "/"), unquote(without_parameters))
    return [path, *(_resolved(one) for one in several)]


def _resolved(path: str) -> str:
    """Without dot segments and doubled slashes (RFC 3986 section 5.2.4)."""
    folder = path.endswith(("/", "/.", "/.."))
    resolved = "/" + normpath(path).lstrip("/")
    return resolved + "/" if folder and resolved != "/" else resolved
