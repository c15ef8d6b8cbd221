"""Who may call a service, judged on every request: an RBAC filter changed through ECDS.

The TLS handshake judges the same, but only once a connection: this filter is what makes leave that
is withdrawn end on connections that are open already.
"""

from typing import Final

from ringwall.gateway.envoy.resources import Json, typed

FILTER: Final = "ringwall.callers"
TYPE: Final = "envoy.extensions.filters.http.rbac.v3.RBAC"


def allowed_callers(spiffe_ids: tuple[str, ...]) -> Json:
    """The ECDS resource: only these ids, proven by the connection's certificate; none means nobody.

    An allow rule without any policy refuses everyone, which an empty list is to mean.
    """
    policies: Json = {}
    if spiffe_ids:
        policies["callers"] = {
            "permissions": [{"any": True}],
            "principals": [
                {"authenticated": {"principal_name": {"exact": one}}} for one in spiffe_ids
            ],
        }
    return {
        "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
        "name": FILTER,
        "typed_config": typed(TYPE, rules={"action": "ALLOW", "policies": policies}),
    }
