"""The access record: one JSON line a request, written by Envoy itself."""

from ringwall.gateway.envoy.resources import Json, extension

FIELDS = {
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


def file_log(path: str) -> Json:
    """An access log that appends JSON lines to ``path``; missing values are ``null``."""
    return extension(
        "envoy.access_loggers.file",
        "envoy.extensions.access_loggers.file.v3.FileAccessLog",
        path=path,
        log_format={"json_format": dict(FIELDS)},
    )
