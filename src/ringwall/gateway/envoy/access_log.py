"""The access record: one JSON line a request, written by Envoy itself.

Whom a request is from the edge says in headers. Those that a client made up are taken away before a
route is looked for, but not of requests that are refused earlier, such as ``/a%2fb``: their lines
name nobody.
"""

from typing import Final

from ringwall.gateway.envoy.resources import Json, extension, typed

FIELDS: Final = {
    "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "method": "%REQ(:METHOD)%",
    "host": "%REQ(:AUTHORITY)%",
    "path": "%PATH(NQ:PATH)%",
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
    "received": "%BYTES_RECEIVED%",
    "sent": "%BYTES_SENT%",
    "ms": "%DURATION%",
}
"""Field names and Envoy's command operators. The query string and bodies are never recorded.

``NQ`` alone would believe ``x-envoy-original-path``, which clients still have when a request is
refused before the edge takes such headers away.
"""


_BY_THE_EDGE: Final = "%REQ(X-R"
"""How fields begin that are headers of the edge's own: ``x-ringwall-`` and ``x-request-id``."""
_NOTHING: Final = "%DYNAMIC_METADATA(ringwall.nothing)%"
"""Always ``null``."""
_REFUSED_EARLIER: Final = {
    name: _NOTHING if value.startswith(_BY_THE_EDGE) else value for name, value in FIELDS.items()
}


def file_logs(path: str) -> list[Json]:
    """Access logs that append JSON lines to ``path``, one a request; missing values are ``null``.

    Requests that came as far as a route (or to that of all that leads nowhere) have lines with all
    fields; else with none that the client could have chosen in the edge's stead.
    """
    return [
        _file_log(path, FIELDS, _any_of(_all_of(*_WELL_ANSWERED), _cel("has(xds.route_name)"))),
        _file_log(
            path,
            _REFUSED_EARLIER,
            _all_of(_any_of(*_NOT_WELL_ANSWERED), _cel("!has(xds.route_name)")),
        ),
    ]


def _file_log(path: str, fields: dict[str, str], where: Json) -> Json:
    log = extension(
        "envoy.access_loggers.file",
        "envoy.extensions.access_loggers.file.v3.FileAccessLog",
        path=path,
        log_format={"json_format": dict(fields)},
    )
    return {**log, "filter": where}


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
