"""Who is refused before anything else is asked: blocked networks, changed through ECDS."""

from ipaddress import IPv4Network, IPv6Network
from typing import Final

from ringwall.gateway.envoy.resources import Json, typed

FILTER: Final = "ringwall.sources"
POLICY: Final = "blocked-sources"
"""Its name in the record's `details`."""
TYPE: Final = "envoy.extensions.filters.http.rbac.v3.RBAC"


def blocked_sources(networks: tuple[IPv4Network | IPv6Network, ...], *, name: str = FILTER) -> Json:
    """The ECDS resource: an RBAC filter that denies the networks and lets everyone else pass."""
    principals = [
        {
            "remote_ip": {
                "address_prefix": str(network.network_address),
                "prefix_len": network.prefixlen,
            }
        }
        for network in networks
    ]
    rules: Json = (
        {
            "rules": {
                "action": "DENY",
                "policies": {POLICY: {"permissions": [{"any": True}], "principals": principals}},
            }
        }
        if principals
        else {}
    )
    return {
        "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
        "name": name,
        "typed_config": typed(TYPE, **rules),
    }
