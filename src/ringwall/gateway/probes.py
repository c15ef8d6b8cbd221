"""Health, readiness and metrics, on the private address only."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from ringwall import __version__
from ringwall.gateway.admin import AdminUnreachableError
from ringwall.gateway.layout import EDGE
from ringwall.gateway.opening import open_gateway
from ringwall.gateway.service import Gateway
from ringwall.gateway.status import certificate_statuses
from ringwall.runtime.current import current_installation


def healthz(_request: HttpRequest) -> HttpResponse:
    """Whether this process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(_request: HttpRequest) -> HttpResponse:
    """Whether the edge takes requests with a configuration in force; 503 says what is missing."""
    gateway = open_gateway(current_installation())
    checks = {
        "edge": gateway.admin(EDGE).ready(),
        "configuration": gateway.versions.latest() is not None,
    }
    return JsonResponse({"checks": checks}, status=200 if all(checks.values()) else 503)


def metrics(_request: HttpRequest) -> HttpResponse:
    """Prometheus text: Ringwall's own figures, then the edge Envoy's."""
    gateway = open_gateway(current_installation())
    lines = [*_own(gateway)]
    try:
        lines.append(gateway.admin(EDGE).get("/stats/prometheus?usedonly"))
    except AdminUnreachableError:
        lines.append("# the edge does not answer: its figures are unknown\n")
    return HttpResponse("".join(lines), content_type="text/plain; version=0.0.4; charset=utf-8")


urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
]


def _own(gateway: Gateway) -> list[str]:
    version = gateway.versions.latest()
    up = 1 if gateway.admin(EDGE).ready() else 0
    lines = [
        "# HELP ringwall_build_info The version that runs.\n# TYPE ringwall_build_info gauge\n",
        f'ringwall_build_info{{version="{__version__}"}} 1\n',
        "# HELP ringwall_edge_up Whether the edge takes requests.\n# TYPE ringwall_edge_up gauge\n",
        f"ringwall_edge_up {up}\n",
        "# HELP ringwall_configuration_version The version in force.\n",
        "# TYPE ringwall_configuration_version gauge\n",
        f"ringwall_configuration_version {version.number if version else 0}\n",
        "# HELP ringwall_certificate_days_left Days until a certificate ends.\n",
        "# TYPE ringwall_certificate_days_left gauge\n",
    ]
    for one in certificate_statuses(gateway, now=datetime.now(UTC)):
        labels = f'name="{one.name}",source="{one.source}"'
        lines.append(f"ringwall_certificate_days_left{{{labels}}} {one.days_left}\n")
    return lines
