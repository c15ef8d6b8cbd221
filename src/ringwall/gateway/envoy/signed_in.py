"""Who is asking, verified by the edge itself: session cookies, bearer tokens, API keys.

Four filters, in this order, each only where a route asks for it:

1. Lua (``session.lua``): the cookie, our keys and our access tokens are taken out of their headers.
   Where a route asks, their tokens go into headers of their own, the cookie's renewed when it ran
   out.
2. ``jwt_authn``: one requirement a host, so that a token for one host is none for another. It makes
   claims into headers, which no client can send.
3. RBAC: what is revoked (:mod:`~ringwall.gateway.envoy.revoked`).
4. RBAC in the route's own slot: factor, its age, the tenant of the host
   (:mod:`~ringwall.gateway.envoy.conditions`).

Refusals become redirects for browsers and problem details for programs
(:mod:`~ringwall.gateway.envoy.refusals`).
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ringwall.access.compiler.requests import SKEW
from ringwall.gateway.config import Route, SignIn
from ringwall.gateway.envoy import http
from ringwall.gateway.envoy.limits import IDENTITY_FILTER
from ringwall.gateway.envoy.resources import Json, extension, typed
from ringwall.gateway.envoy.scripts import script
from ringwall.identity.facts import Facts
from ringwall.identity.kinds import Purpose, issuer
from ringwall.identity.published import Revoked

SESSION_FILTER: Final = "ringwall.session"
TOKENS_FILTER: Final = "ringwall.tokens"
TOKENS_TYPE: Final = "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"

TOKEN_HEADER: Final = "x-ringwall-token"  # noqa: S105 - the name of a header
ACCESS_HEADER: Final = "x-ringwall-access"
KEY_HEADER: Final = "x-ringwall-key"
"""Where Lua puts the token of a cookie, an access token and that of an API key: nobody else can
send these."""
SHOWN: Final[Mapping[Purpose, str]] = {
    Purpose.SESSION: TOKEN_HEADER,
    Purpose.ACCESS: ACCESS_HEADER,
    Purpose.KEY: KEY_HEADER,
}
_PEOPLE: Final[Mapping[str, str]] = {
    "x-ringwall-user": "sub",
    "x-ringwall-session": "sid",
    "x-ringwall-tenant": "tenant",
    "x-ringwall-roles": "rw_roles",
    "x-ringwall-email": "email",
    "x-ringwall-strength": "acr",
    "x-ringwall-assertion": "rw_assertion",
}
_PROGRAMS: Final[Mapping[str, str]] = {
    "x-ringwall-client": "client_id",
    "x-ringwall-scope": "scope",
}
BOUND_HEADER: Final = "x-ringwall-bound"
TOLD: Final[Mapping[str, str]] = {**_PEOPLE, **_PROGRAMS, BOUND_HEADER: "rw_bound"}
"""What services are told, from which claim. No client can send these: they are dropped first.

Each costs a request some thousand instructions, so that a token is only asked for what it can have.
"""

GRANTED: Final[Mapping[str, str]] = {
    "x-ringwall-grant": "rw_grant",
    "x-ringwall-token-id": "jti",
}
"""The same of access tokens, whose grants and which themselves can be revoked."""

AGAIN_HEADER: Final = "x-ringwall-again"
"""What Lua adds where a token was refused and it has the youngest that there is."""
PROVEN_HEADER: Final = "x-ringwall-proven"
"""When a person was proven, in seconds since 1970, where anything on a host asks that. Services get
it too: what is taken away on the way to them is not there any more when the request is recorded."""
PLACE_HEADER: Final = "x-ringwall-place"
"""For which one of many hosts a token is. Services do not get this."""

_LUA: Final = script("session.lua")
_LUA_TYPE: Final = "envoy.extensions.filters.http.lua.v3.Lua"
WHOLE_SKEW_S: Final = SKEW
"""Whole seconds that clocks may differ by, for Envoy, which rounds its own time down: it takes a
token for up to a second more after its end, so that this is less than the 5 of
:data:`ringwall.identity.strength.SKEW_S`, by which the rest compares."""
_CACHED: Final = 500
"""Verified tokens that each worker remembers, for each issuer and host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifying:
    """What the edge needs to verify by itself. ``jwks`` are public key sets by what they sign."""

    facts: Facts
    jwks: Mapping[Purpose, Json]
    revoked: Revoked


def sign_in_of(route: Route, verifying: Verifying | None) -> SignIn:
    """What a route asks; one that says nothing asks for it as soon as anybody can sign in."""
    if verifying is None:
        return SignIn.NONE
    return route.sign_in or SignIn.REQUIRED


def session_filter(verifying: Verifying, *, web: str, pause: str) -> Json:
    """Lua: by default it only takes away; see :func:`per_route` for where it renews."""
    life = int(verifying.facts.settings.token_lifetime)
    script = (
        _LUA.replace("@AHEAD@", str(min(60, life // 5)))
        .replace("@WEB@", web)
        .replace("@PAUSE@", pause)
        .replace("@ISSUED@", _issued_by(issuer(verifying.facts.origin, Purpose.ACCESS)))
    )
    return extension(
        SESSION_FILTER,
        _LUA_TYPE,
        default_source_code={"inline_string": script + _ON_REQUEST.format("ringwall_strip")},
        source_codes={_RENEW: {"inline_string": script + _ON_REQUEST.format("ringwall_renew")}},
        clear_route_cache=False,  # or what was taken away would lead to another entry
    )


_RENEW: Final = "renew"
_ON_REQUEST: Final = "\nfunction envoy_on_request(handle)\n  {}(handle)\nend\n"
COOKIE_GIVEN: Final[Sequence[Json]] = (
    {
        "header": {"key": "set-cookie", "value": "%DYNAMIC_METADATA(ringwall.session:cookie)%"},
        "append_action": "APPEND_IF_EXISTS_OR_ADD",
    },
    {
        "header": {"key": "cache-control", "value": "%DYNAMIC_METADATA(ringwall.session:storing)%"},
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
    },
)
"""The cookie that Lua has renewed or ended, on its way back, and ``no-store``, whatever the service
says: a cache gives what it keeps to others, cookies too (RFC 9111 section 7.3). Nothing where it
did not. Lua could set it itself, but to call it for an answer costs each request a twentieth."""


def _issued_by(name: str) -> str:
    """How the payload of a token of this issuer begins, from the dot before it on.

    ``iss`` is the first claim of all that we sign (:mod:`ringwall.identity.tokens`). What is
    compared goes beyond the closing quotation mark: an issuer that begins like ours is another.
    """
    beginning = json.dumps({"iss": name}, separators=(",", ":")).removesuffix("}") + ',"'
    text = base64.urlsafe_b64encode(beginning.encode()).decode().rstrip("=")
    return "." + (text if len(beginning) % 3 == 0 else text[:-1])


def tokens_filter(verifying: Verifying) -> Json:
    """The ECDS resource of ``jwt_authn``: changed when keys turn, without touching a listener."""
    providers: Json = {}
    requirements: Json = {}
    for host in protected_hosts(verifying):
        names = []
        for kind in (Purpose.SESSION, Purpose.ACCESS, Purpose.KEY):
            name = f"{kind} {host}"
            providers[name] = _provider(kind, host, verifying)
            names.append({"provider_name": name})
        anyone: Json = {"allow_missing_or_failed": {}}
        requirements[f"required {host}"] = {"requires_any": {"requirements": names}}
        requirements[f"optional {host}"] = {"requires_any": {"requirements": [*names, anyone]}}
    return {
        "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
        "name": TOKENS_FILTER,
        "typed_config": typed(
            TOKENS_TYPE,
            providers=providers,
            requirement_map=requirements,
            strip_failure_response=True,
        ),
    }


def protected_hosts(verifying: Verifying) -> tuple[str, ...]:
    """The hosts that tokens are for: all but the host of sign-in."""
    own = verifying.facts.settings.host
    return tuple(host for host in sorted(verifying.facts.hosts) if host != own)


def _provider(kind: Purpose, host: str, verifying: Verifying) -> Json:
    facts = verifying.facts
    audiences = [facts.origin_of(host)]
    if kind is not Purpose.SESSION:
        audiences.append(facts.api_audience)
    return {
        "issuer": issuer(facts.origin, kind),
        "audiences": audiences,
        "local_jwks": {"inline_string": json.dumps(verifying.jwks[kind], sort_keys=True)},
        "from_headers": [{"name": SHOWN[kind]}],
        "forward": kind is Purpose.SESSION,  # only as far as the answers that tell a cookie by it
        "require_expiration": True,
        "clock_skew_seconds": WHOLE_SKEW_S,
        "claim_to_headers": [
            {"header_name": header, "claim_name": claim}
            for header, claim in _claims(kind, host, facts).items()
        ],
        "jwt_cache_config": {"jwt_cache_size": _CACHED, "jwt_max_token_size": 8192},
    }


def _claims(kind: Purpose, host: str, facts: Facts) -> dict[str, str]:
    """Which headers are made of which claims."""
    found = dict(_PEOPLE)
    if kind is not Purpose.SESSION:
        found |= {**_PROGRAMS, BOUND_HEADER: "rw_bound"}
    if kind is Purpose.ACCESS:
        found |= GRANTED
    if host in facts.dated_hosts:
        found[PROVEN_HEADER] = "auth_time"
    if host.startswith("*."):
        found[PLACE_HEADER] = "host"
    return found


def per_route(route: Route, host: str, verifying: Verifying) -> Json:
    """What a route says about the filters that all routes share, by filter name."""
    mode = sign_in_of(route, verifying)
    if mode is SignIn.NONE:
        return nobody_asked()
    return {
        SESSION_FILTER: typed(f"{_LUA_TYPE}PerRoute", name=_RENEW),
        TOKENS_FILTER: _asking(f"{mode} {host}"),
    }


def _asking(requirement: str) -> Json:
    kind = "envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig"
    return typed(kind, requirement_name=requirement)


def nobody_asked() -> Json:
    """The same where it does not matter who is there: cookies and keys are still taken away."""
    return {
        TOKENS_FILTER: http.without_filter(),
        REVOKED_FILTER: http.without_filter(),
        RECENT_FILTER: http.without_filter(),
        IDENTITY_FILTER: http.without_filter(),
    }


def is_nobody_asked(own: Json) -> bool:
    """Whether filters of an entry are those of :func:`nobody_asked`, where something was shown."""
    return own.get(TOKENS_FILTER) == http.without_filter() and SESSION_FILTER not in own


def recognised(own: Json, host: str) -> Json:
    """The same filters, but for that it is found out who is there, and nobody is refused for it.

    What is asked there of people in peace is asked in alarm, and no more: a person's or customer's
    limits do not begin to count what they did not count before.

    What is revoked is not looked up, which could only refuse: who was signed out a moment ago
    counts as known until the token ends, and gets no more than everybody does.
    """
    return {
        **own,
        SESSION_FILTER: typed(f"{_LUA_TYPE}PerRoute", name=_RENEW),
        TOKENS_FILTER: _asking(f"optional {host}"),
    }


OPEN: Final[Mapping[str, Json]] = {SESSION_FILTER: {"open": True}}
"""The metadata of such an entry, by which a token that cannot be renewed makes a stranger."""
TOLD_OF_SOMEBODY: Final = (*TOLD, *GRANTED, PROVEN_HEADER, PLACE_HEADER)
"""All that says who is asking."""


def nothing_asked() -> Json:
    """The same for pages of Ringwall's own, which read the cookies themselves."""
    return {**nothing_taken(), **nobody_asked()}


def nothing_taken() -> Json:
    """What says that there is nothing to take away."""
    return {SESSION_FILTER: http.without_filter()}


REVOKED_FILTER: Final = "ringwall.revoked"
RECENT_FILTER: Final = "ringwall.recent"
"""Two filters for one thing: the large one changes seldom, the small one at once."""
