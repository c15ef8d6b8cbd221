"""What a service is given when it gets slow or fails: judged in its sidecar, which all pass.

*Adaptive concurrency* compares how long answers take with how long they take when there is little
to do, and lets fewer requests in at a time the longer they take. *Admission control* turns away the
more the more of them fail, so that a service that comes back is not asked for everything at once.

Checks of its health pass by both, and so does what is kept
(:mod:`~ringwall.gateway.envoy.caching`).
"""

from typing import Final

from ringwall.gateway.envoy import http
from ringwall.gateway.envoy.resources import Json, extension
from ringwall.inventory.config import Circuit, Protocol, Service

_ADAPTIVE: Final = "ringwall.adaptive"
_ADMISSION: Final = "ringwall.admission"

_FEWEST: Final = 8
"""Requests at a time that are let in however slow answers are, and while it is measured how long
they take with little to do: what a small service has workers for."""

_FILTERS: Final = "envoy.extensions.filters.http"


def filters(service: Service) -> list[Json]:
    """The filters before a service, none of which stands there by itself."""
    circuit = service.circuit
    return [
        *([_adaptive(circuit)] if circuit.adaptive else []),
        *([_admission(service)] if circuit.admission else []),
    ]


def health_entry(entry: Json, service: Service) -> list[Json]:
    """The sidecar's entry for checks of health: who gets no answer to them counts as sick."""
    judged = [one["name"] for one in filters(service)]
    if not judged or service.health is None:
        return []
    grpc = service.protocol is Protocol.GRPC
    path = "/grpc.health.v1.Health/Check" if grpc else service.health.path
    return [
        {
            **entry,
            "match": {"path": path.partition("?")[0]},
            "typed_per_filter_config": {name: http.without_filter() for name in judged},
        }
    ]


def mappers(service: Service) -> list[Json]:
    """Who is turned away is told when to come again, by which the edge knows that it is there."""
    if not filters(service):
        return []
    reasons = ("reached_concurrency_limit", "denied_by_admission_control")
    expression = " || ".join(f'response.code_details == "{one}"' for one in reasons)
    return [
        {
            "filter": {
                "extension_filter": extension(
                    "envoy.access_loggers.extension_filters.cel",
                    "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter",
                    expression=expression,
                )
            },
            "headers_to_add": [
                {
                    "header": {"key": "retry-after", "value": "1"},
                    "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
                }
            ],
            "body_format_override": {
                "text_format_source": {"inline_string": "503 Service Unavailable\n"},
                "content_type": "text/plain; charset=utf-8",
            },
        }
    ]


def _adaptive(circuit: Circuit) -> Json:
    """Twice the time with little to do halves what is let in, ten times a second.

    Of the time half more is allowed before that (``buffer``): a queue of a request or two is how a
    service is busy.
    """
    return extension(
        _ADAPTIVE,
        f"{_FILTERS}.adaptive_concurrency.v3.AdaptiveConcurrency",
        concurrency_limit_exceeded_status={"code": "ServiceUnavailable"},
        gradient_controller_config={
            "sample_aggregate_percentile": {"value": 50},
            "concurrency_limit_params": {
                "concurrency_update_interval": "0.1s",
                "max_concurrency_limit": max(_FEWEST, circuit.requests),
                "min_concurrency_limit": _FEWEST,
            },
            "min_rtt_calc_params": {
                "interval": "60s",
                "request_count": 50,
                "jitter": {"value": 10},
                "min_concurrency": _FEWEST,
                "buffer": {"value": 50},
            },
        },
    )


def _admission(service: Service) -> Json:
    """With less than 95 % of answers good in ten seconds; never all is turned away.

    A good one is below 500, or by gRPC's status none that tells of a fault of the server's. What
    the other filter turns away passes by this one, and is to be no reason to turn away more.
    """
    statuses = [{"start": 100, "end": 500}]
    if service.circuit.adaptive:
        statuses.append({"start": 503, "end": 504})
    good: Json = (
        {"grpc_criteria": {}}
        if service.protocol is Protocol.GRPC
        else {"http_criteria": {"http_success_status": statuses}}
    )
    return extension(
        _ADMISSION,
        f"{_FILTERS}.admission_control.v3.AdmissionControl",
        sampling_window="10s",
        success_criteria=good,
        sr_threshold={"default_value": {"value": 95}, "runtime_key": "ringwall.unused"},
        aggression={"default_value": 1.0, "runtime_key": "ringwall.unused"},
        rps_threshold={"default_value": 5, "runtime_key": "ringwall.unused"},
        max_rejection_probability={
            "default_value": {"value": 80},
            "runtime_key": "ringwall.unused",
        },
    )
