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

_FAMILIES: Final = (
    "client-cert",
    "ssl-client",
    "x-auth-request-",
    "x-client-",
    "x-envoy",
    "x-original-",
    "x-rewrite-",
    "x-ringwall",
    "x-ssl-",
    "x-webauth-",
)
_FORWARDED: Final = "x-forwarded"

_NAMES: Final = (
    "cf-connecting-ip",
    "fastly-client-ip",
    "forwarded",
    "front-end-https",
    "proxy",
    "remote-user",
    "true-client-ip",
    "x-cluster-client-ip",
    "x-host",
    "x-http-method",
    "x-http-method-override",
    "x-method",
    "x-method-override",
    "x-originating-ip",
    "x-real-ip",
    "x-remote-addr",
    "x-remote-ip",
    "x-remote-user",
    "x-scheme",
    "x-true-client-ip",
    "x-url-scheme",
)
_BY_FORMER_HOPS: Final = (
    "x-forwarded",
    "x-forwarded-access-token",
    "x-forwarded-client-cert",
    "x-forwarded-email",
    "x-forwarded-groups",
    "x-forwarded-host",
    "x-forwarded-method",
    "x-forwarded-path",
    "x-forwarded-port",
    "x-forwarded-preferred-username",
    "x-forwarded-prefix",
    "x-forwarded-scheme",
    "x-forwarded-server",
    "x-forwarded-ssl",
    "x-forwarded-uri",
    "x-forwarded-url",
    "x-forwarded-user",
)


def untrusted_families(*, trusted_hops: int) -> tuple[str, ...]:
    """Beginnings of request header names that no client may send, dropped before anything else.

    They would let it speak in the edge's name, or change what it asked after the edge has judged
    it: identities, addresses, other URLs, Envoy's own controls. Behind trusted proxies the
    ``x-forwarded`` family stays, save what :func:`untrusted_names` takes of it.
    """
    return _FAMILIES if trusted_hops else (*_FAMILIES, _FORWARDED)


def untrusted_names(*, trusted_hops: int) -> tuple[str, ...]:
    """Whole names of such headers, which the route table takes away: dearer to match early.

    Behind trusted proxies ``x-forwarded-for`` and ``x-forwarded-proto`` stay, being theirs.
    """
    return (*_NAMES, *_BY_FORMER_HOPS) if trusted_hops else _NAMES


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
