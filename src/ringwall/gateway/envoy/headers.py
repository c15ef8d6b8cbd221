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

UNTRUSTED: Final = (
    "forwarded",
    "proxy",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-prefix",
    "x-forwarded-server",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-host",
    "x-original-url",
    "x-real-ip",
    "x-rewrite-url",
    "x-ringwall-client",
    "x-ringwall-identity",
    "x-ringwall-roles",
    "x-ringwall-session",
    "x-ringwall-tenant",
    "x-ringwall-user",
)
"""Request headers that would let a client speak in the edge's name, or change what it asked."""


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
