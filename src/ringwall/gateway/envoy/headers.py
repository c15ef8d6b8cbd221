"""Headers the edge takes away and the headers it gives."""

from collections.abc import Mapping
from typing import Final

from ringwall.gateway.envoy.resources import Json

SECURITY: Final[Mapping[str, str]] = {
    "strict-transport-security": "max-age=63072000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": (
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), payment=(), usb=()"
    ),
    "cross-origin-opener-policy": "same-origin",
}
"""Set on every response unless configuration says otherwise (OWASP secure headers)."""

BANNERS: Final = ("server", "via", "x-powered-by", "x-aspnet-version", "x-aspnetmvc-version")
"""Response headers that tell what runs behind the edge."""

_SPOKEN_FOR: Final = (
    r"x-(?:envoy|ringwall|original|rewrite|client|ssl|auth-request|webauth)(?:-.*)?",
    r"x-(?:http-)?method(?:-override)?",
    r"x-(?:real|true-client|cluster-client|originating|remote)-(?:ip|addr)",
    r"x-(?:host|scheme|url-scheme|remote-user)",
    r"(?:client-cert|ssl-client)(?:-.*)?",
    r"(?:true-client-ip|cf-connecting-ip|fastly-client-ip|remote-user|front-end-https)",
    r"(?:forwarded|proxy)",
)

_BY_FORMER_HOPS: Final = (
    r"x-forwarded(?:-(?:access-token|client-cert|email|groups|host|method|path|port|"
    r"preferred-username|prefix|scheme|server|ssl|uri|url|user))?"
)


def untrusted(*, trusted_hops: int) -> str:
    """A regular expression of the request headers that no client may send.

    They would let it speak in the edge's name, or change what it asked after the edge has judged
    it: identities, addresses, other URLs and methods, Envoy's own controls. Behind trusted proxies
    ``x-forwarded-for`` and ``x-forwarded-proto`` stay, being theirs.
    """
    forwarded = _BY_FORMER_HOPS if trusted_hops else r"x-forwarded(?:-.*)?"
    return "|".join((*_SPOKEN_FOR, forwarded))


def merged(*layers: Mapping[str, str | None]) -> dict[str, str]:
    """Later layers win; ``None`` takes a header out, so that the service's own stays."""
    result: dict[str, str | None] = dict(SECURITY)
    for layer in layers:
        result.update(layer)
    return {name: value for name, value in sorted(result.items()) if value is not None}


def setting(headers: Mapping[str, str]) -> list[Json]:
    """``HeaderValueOption`` entries that replace whatever the service said."""
    return [
        {
            "header": {"key": name, "value": value.replace("%", "%%")},
            "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
        }
        for name, value in headers.items()
    ]
