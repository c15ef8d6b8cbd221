"""Shadow rules: a changed policy set that decides beside the one in force, and only counts.

Envoy's RBAC filter runs a second matcher and tells in its metadata what that would have decided. A
log of its own gets a line for every request over which the two differ; while no shadow runs there
are no such metadata, and it costs one look for them.
"""

from typing import Final

from ringwall.gateway.envoy import access_log
from ringwall.gateway.envoy.resources import Json, extension, typed

PREFIX: Final = "shadow_"
_NAMESPACE: Final = "envoy.filters.http.rbac"
_RESULT: Final = f"{PREFIX}shadow_engine_result"
_POLICY: Final = f"{PREFIX}shadow_effective_policy_id"
_ENFORCED: Final = "access_enforced_engine_result"

FIELDS: Final = {
    "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
    "shadow": "%METADATA(ROUTE:ringwall:shadow)%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "method": access_log.FIELDS["method"],
    "host": access_log.FIELDS["host"],
    "path": access_log.FIELDS["path"],
    "route": "%ROUTE_NAME%",
    "action": "%METADATA(ROUTE:ringwall:action)%",
    "user": "%REQ(X-RINGWALL-USER)%",
    "tenant": "%REQ(X-RINGWALL-TENANT)%",
    "program": "%REQ(X-RINGWALL-CLIENT)%",
    "policy": f"%DYNAMIC_METADATA({_NAMESPACE}:access_enforced_effective_policy_id)%",
    "would": f"%DYNAMIC_METADATA({_NAMESPACE}:{_RESULT})%",
    "by": f"%DYNAMIC_METADATA({_NAMESPACE}:{_POLICY})%",
}
"""``policy`` has decided; ``would`` (``allowed`` or ``denied``) and ``by`` tell of the shadow."""


def shadow_rules(matcher: Json) -> Json:
    """The fields of an RBAC filter that let a matcher decide beside its own."""
    return {"shadow_matcher": matcher, "shadow_rules_stat_prefix": PREFIX}


def shadow_log(path: str) -> Json:
    """An access log with a line for every request that the shadow would have decided otherwise."""
    there = {
        "metadata_filter": {
            "matcher": {
                "filter": _NAMESPACE,
                "path": [{"key": _RESULT}],
                "value": {"present_match": True},
            },
            "match_if_key_not_found": False,
        }
    }
    told = f'metadata.filter_metadata["{_NAMESPACE}"]'
    differs = {
        "extension_filter": {
            "name": "envoy.access_loggers.extension_filters.cel",
            "typed_config": typed(
                "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter",
                expression=f'{told}["{_RESULT}"] != {told}["{_ENFORCED}"]',
            ),
        }
    }
    return {
        **extension(
            "envoy.access_loggers.file",
            "envoy.extensions.access_loggers.file.v3.FileAccessLog",
            path=path,
            log_format={"json_format": dict(FIELDS)},
        ),
        "filter": {"and_filter": {"filters": [there, differs]}},
    }
