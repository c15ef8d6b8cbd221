"""Health, readiness and metrics, on the private address only."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from ringwall import __version__
from ringwall.gateway.admin import AdminUnreachableError
from ringwall.gateway.callout_counts import callout_counts
from ringwall.gateway.layout import EDGE
from ringwall.gateway.log_figures import Sample, log_figures
from ringwall.gateway.opening import open_standing
from ringwall.gateway.standing import Standing
from ringwall.gateway.status import (
    PATIENCE,
    certificate_statuses,
    in_force,
    proxies,
    shared_state,
)
from ringwall.lake.places import Places
from ringwall.runtime.current import current_installation


async def healthz(_request: HttpRequest) -> HttpResponse:
    """Whether this process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


async def readyz(_request: HttpRequest) -> HttpResponse:
    """Whether the edge takes requests; 503 says what is missing."""
    gateway = open_standing(current_installation())
    reasons = await asyncio.to_thread(_missing, gateway)
    return JsonResponse({"ready": not reasons, "reasons": reasons}, status=503 if reasons else 200)


async def metrics(_request: HttpRequest) -> HttpResponse:
    """Prometheus text: Ringwall's own figures, then the edge Envoy's."""
    text = await asyncio.to_thread(_figures, open_standing(current_installation()))
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
]


def _missing(gateway: Standing) -> list[str]:
    version, _, damaged = in_force(gateway)
    if version is None and damaged is None:
        return ["no configuration has been applied yet"]
    if not gateway.admin(EDGE, timeout=PATIENCE).ready():
        return ["the edge does not take requests"]
    return []


def _figures(gateway: Standing) -> str:
    own = "".join(_own(gateway))
    try:
        return own + gateway.admin(EDGE, timeout=PATIENCE).get("/stats/prometheus?usedonly")
    except (AdminUnreachableError, OSError):
        return own + "# the edge does not answer: its figures are unknown\n"


def _own(gateway: Standing) -> Iterator[str]:
    version, wanted, damaged = in_force(gateway)
    yield from _gauge("build_info", "The version that runs.", [({"version": __version__}, 1)])
    yield from _gauge(
        "proxy_up",
        "Whether an Envoy of this machine takes requests.",
        [
            ({"proxy": proxy}, 1 if gateway.admin(proxy, timeout=PATIENCE).ready() else 0)
            for proxy in proxies(gateway, wanted)
        ],
    )
    yield from _gauge(
        "configuration_version",
        "The version in force; 0 while there is none or it cannot be told.",
        [({}, version.number if version else 0)],
    )
    yield from _gauge(
        "configuration_damaged",
        "Whether the record of the version in force cannot be read.",
        [({}, 0 if damaged is None else 1)],
    )
    if wanted is not None and wanted.has_callouts:
        yield from _callouts(gateway)
    shared = shared_state(gateway, wanted)
    if shared is not None:
        yield from _gauge(
            "shared_limits_in_redis",
            "Whether shared limits are counted in Redis, and not by this edge alone.",
            [({}, 0 if shared.trouble else 1)],
        )
    for figure in log_figures(Places(gateway.layout.state, gateway.layout.run)):
        yield from _gauge(figure.name, figure.words, figure.samples, kind=figure.kind)
    shown = certificate_statuses(gateway, now=datetime.now(UTC))
    yield from _gauge(
        "certificate_days_left",
        "Days until a certificate in use ends.",
        [({"name": one.name, "source": one.source}, one.days_left) for one in shown],
    )


def _callouts(gateway: Standing) -> Iterator[str]:
    try:
        counts = callout_counts(gateway.admin(EDGE, timeout=PATIENCE))
    except (AdminUnreachableError, OSError):
        return
    yield from _gauge(
        "callouts_total",
        "Requests over which the edge asked Cedar's engine, since it started.",
        [
            ({"route": one.route, "outcome": outcome}, count)
            for one in counts
            for outcome, count in (("answered", one.answered), ("failed", one.failed))
        ],
        kind="counter",
    )


def _gauge(
    name: str, words: str, samples: Iterable[Sample], *, kind: str = "gauge"
) -> Iterator[str]:
    yield f"# HELP ringwall_{name} {words}\n# TYPE ringwall_{name} {kind}\n"
    for labels, value in samples:
        pairs = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"ringwall_{name}{f'{{{pairs}}}' if pairs else ''} {value}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
