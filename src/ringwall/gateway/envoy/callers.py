"""Who may call a service, judged on every request: an RBAC filter changed through ECDS.

The TLS handshake judges the same, but only once a connection: this filter is what makes leave that
is withdrawn end on connections that are open already.
"""

from collections.abc import Mapping
from typing import Final

from ringwall.access.compiler.rules import Ruling
from ringwall.gateway.envoy.conditions import rbac_action
from ringwall.gateway.envoy.permissions import DENIED, by_method, first_of
from ringwall.gateway.envoy.resources import Json, extension, typed

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


def permitted_callers(free: tuple[str, ...], judged: Mapping[str, Mapping[str, Ruling]]) -> Json:
    """The same where policies have a say: ``judged`` are callers with their rulings by method.

    ``free`` are those who are let in without: the edge, which has judged already.
    """
    entries = [(one, rbac_action("ALLOW", "declared")) for one in free]
    entries += [(one, by_method(rulings)) for one, rulings in judged.items() if one not in free]
    uri = extension("uri_san", "envoy.extensions.matching.common_inputs.ssl.v3.UriSanInput")
    matcher = first_of(
        [
            {
                "predicate": {
                    "single_predicate": {"input": uri, "value_match": {"exact": spiffe_id}}
                },
                "on_match": acting,
            }
            for spiffe_id, acting in entries
        ],
        DENIED,
    )
    return {
        "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
        "name": FILTER,
        "typed_config": typed(TYPE, rules_stat_prefix="access_", matcher=matcher),
    }
