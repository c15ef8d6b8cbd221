"""The access record: one JSON line a request, written by Envoy itself.

There are two files: what people and programs did whom the edge knows, and what strangers tried.
Strangers may try as much as they like, and push nothing away but what strangers tried.

Whom a request is from the edge says in headers. Those that a client made up are taken away before a
route is looked for, but not of requests that are refused earlier, such as ``/a%2fb``: their lines
name nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ringwall.gateway.envoy import sources
from ringwall.gateway.envoy.resources import Json, extension, typed
from ringwall.gateway.sentry import orders

LONGEST_PATH: Final = 2048
"""Bytes, as of all of these; a path that is as long was cut, or could have been."""
LONGEST_HOST: Final = 255
_LONGEST_METHOD: Final = 32

FIELDS: Final = {
    "time": "%START_TIME%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "method": f"%REQ(:METHOD):{_LONGEST_METHOD}%",
    "host": f"%REQ(:AUTHORITY):{LONGEST_HOST}%",
    "path": f"%PATH(NQ:PATH):{LONGEST_PATH}%",
    "protocol": "%PROTOCOL%",
    "status": "%RESPONSE_CODE%",
    "details": "%RESPONSE_CODE_DETAILS%",
    "flags": "%RESPONSE_FLAGS%",
    "route": "%ROUTE_NAME%",
    "service": "%UPSTREAM_CLUSTER%",
    "upstream": "%UPSTREAM_HOST%",
    "user": "%REQ(X-RINGWALL-USER)%",
    "session": "%REQ(X-RINGWALL-SESSION)%",
    "tenant": "%REQ(X-RINGWALL-TENANT)%",
    "program": "%REQ(X-RINGWALL-CLIENT)%",
    "roles": "%REQ(X-RINGWALL-ROLES)%",
    "scopes": "%REQ(X-RINGWALL-SCOPE)%",
    "strength": "%REQ(X-RINGWALL-STRENGTH)%",
    "proven": "%REQ(X-RINGWALL-PROVEN)%",
    "action": "%METADATA(ROUTE:ringwall:action)%",
    "policy": "%DYNAMIC_METADATA(envoy.filters.http.rbac:access_enforced_effective_policy_id)%",
    "policies": "%METADATA(ROUTE:ringwall:policies)%",
    "client": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "tls": "%DOWNSTREAM_TLS_VERSION%",
    "ja4": "%TLS_JA4_FINGERPRINT%",
    "received": "%BYTES_RECEIVED%",
    "sent": "%BYTES_SENT%",
    "ms": "%DURATION%",
}
"""Field names and Envoy's command operators. The query string and bodies are never recorded.

What a client chooses is cut where it is long: a line is small, whatever its request was. The time
is in the form that Envoy has by itself, ``2026-11-27T03:43:22.058Z``: any that is named, this one
too, it makes anew for each line.

``NQ`` alone would believe ``x-envoy-original-path``, which clients still have when a request is
refused before the edge takes such headers away.
"""


_OF_WHOM: Final = "%REQ(X-RINGWALL-"
"""How fields begin that say who asks: all of them out of the same token, or none."""
_OF_STRANGERS: Final[dict[str, str | None]] = {
    name: None if value.startswith(_OF_WHOM) else value for name, value in FIELDS.items()
}
"""What need not be looked for costs nothing."""
_REFUSED_EARLIER: Final = _OF_STRANGERS | {"request_id": None}
"""Without what could be the client's word."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where the record is written: requests of those whom the edge knows, and all others."""

    known: str
    strangers: str


def file_logs(files: Files) -> list[Json]:
    """Access logs that append JSON lines, one a request; missing values are ``null``.

    Requests that came as far as a route (or to that of all that leads nowhere) have lines with all
    fields; else with none that the client could have chosen in the edge's stead.
    """
    led = _any_of(_all_of(*_WELL_ANSWERED), _all_of(_cel("has(xds.route_name)"), _RECORDED))
    return [
        _file_log(files.known, FIELDS, _all_of(_is_known(), led)),
        _file_log(files.strangers, _OF_STRANGERS, _all_of(_is_known(is_so=False), led)),
        _file_log(
            files.strangers,
            _REFUSED_EARLIER,
            _all_of(_any_of(*_NOT_WELL_ANSWERED), _cel("!has(xds.route_name)")),
        ),
    ]


def _file_log(path: str, fields: Mapping[str, str | None], where: Json) -> Json:
    log = extension(
        "envoy.access_loggers.file",
        "envoy.extensions.access_loggers.file.v3.FileAccessLog",
        path=path,
        log_format={"json_format": dict(fields)},
    )
    return {**log, "filter": where}


def _is_known(*, is_so: bool = True) -> Json:
    """Whether the edge says who asks; of what came to no route that may be the client's word."""
    header = {"name": "x-ringwall-user", "present_match": True, "invert_match": not is_so}
    return {"header_filter": {"header": header}}


def _all_of(*filters: Json) -> Json:
    return {"and_filter": {"filters": list(filters)}}


def _any_of(*filters: Json) -> Json:
    return {"or_filter": {"filters": list(filters)}}


def _cel(expression: str) -> Json:
    condition = typed(
        "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter", expression=expression
    )
    name = "envoy.access_loggers.extension_filters.cel"
    return {"extension_filter": {"name": name, "typed_config": condition}}


def _status(comparison: str, bound: int) -> Json:
    value = {"default_value": bound, "runtime_key": f"ringwall.log.{comparison.lower()}_{bound}"}
    return {"status_code_filter": {"comparison": {"op": comparison, "value": value}}}


_WELL_ANSWERED: Final = (_status("GE", 200), _status("LE", 399))
_NOT_WELL_ANSWERED: Final = (_status("LE", 199), _status("GE", 400))
"""Nothing is answered with success, or sent elsewhere, but by a route: these need no expression,
which costs a hundredth of a request each."""

_PROTECTING: Final = (403, 429, 503)
"""What the edge answers where it protects itself."""
_PROTECTED: Final = (
    "local_rate_limited",
    "request_rate_limited",
    "overload",
    f"rbac_access_denied_matched_policy[{sources.POLICY}",
    "rbac_access_denied_matched_policy[shed-",
)
"""How the details begin of such an answer."""
_RECORDED: Final = _any_of(
    _status("LE", 402),
    _all_of(*(_status("NE", status) for status in _PROTECTING)),
    {
        "runtime_filter": {
            "runtime_key": orders.RECORDED,
            "percent_sampled": {"numerator": 100, "denominator": "HUNDRED"},
            "use_independent_randomness": True,
        }
    },
    _cel("!(" + " || ".join(f'response.code_details.startsWith("{x}")' for x in _PROTECTED) + ")"),
)
"""All but a share of what limits, lists or want of room refuse: the sentry turns it down while
there is much of it, or a flood would push out of the record what was before. The share of the rest
is asked before the expression, which is dear."""
