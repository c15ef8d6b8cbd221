"""Who is asking, verified by the edge itself: session cookies, bearer tokens, API keys.

Four filters, in this order, each only where a route asks for it:

1. Lua (``session.lua``): the cookie and our keys are taken out of their headers. Where a route
   asks, their tokens go into headers of their own, the cookie's renewed when it ran out.
2. ``jwt_authn``: one requirement a host, so that a token for one host is none for another.
3. RBAC: what is revoked (:mod:`~ringwall.gateway.envoy.revoked`).
4. RBAC in the route's own slot: factor, its age, the tenant of the host.

Refusals become redirects for browsers and problem details for programs
(:mod:`~ringwall.gateway.envoy.refusals`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ringwall.gateway.config import Factor, Route, SignIn
from ringwall.gateway.envoy import cel, http
from ringwall.gateway.envoy.resources import Json, extension, typed
from ringwall.identity.facts import Facts
from ringwall.identity.kinds import Purpose, issuer

SESSION_FILTER: Final = "ringwall.session"
TOKENS_FILTER: Final = "ringwall.tokens"
TOKENS_TYPE: Final = "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"

CLAIMS: Final = "jwt_payload"
NAMESPACE: Final = "envoy.filters.http.jwt_authn"
"""Where the claims of a verified token stand in a request's dynamic metadata."""

TOKEN_HEADER: Final = "x-ringwall-token"  # noqa: S105 - the name of a header
KEY_HEADER: Final = "x-ringwall-key"
"""Where Lua puts the token of a cookie, and that of an API key: nobody else can send these."""
TOLD: Final[Mapping[str, str]] = {
    "x-ringwall-user": "sub",
    "x-ringwall-session": "sid",
    "x-ringwall-tenant": "tenant",
    "x-ringwall-roles": "rw_roles",
    "x-ringwall-email": "email",
    "x-ringwall-client": "client_id",
    "x-ringwall-scope": "scope",
    "x-ringwall-strength": "acr",
    "x-ringwall-bound": "rw_bound",
    "x-ringwall-assertion": "rw_assertion",
}
"""What services are told, from which claim. No client can send these: they are dropped first."""

GRANTED: Final[Mapping[str, str]] = {
    "x-ringwall-grant": "rw_grant",
    "x-ringwall-token-id": "jti",
}
"""The same of access tokens, whose grants and which themselves can be revoked."""

_LUA: Final = Path(__file__).with_name("session.lua").read_text(encoding="utf-8")
_LUA_TYPE: Final = "envoy.extensions.filters.http.lua.v3.Lua"
_SKEW_S: Final = 4
"""How far clocks may differ. Envoy counts whole seconds, so that it is less than 5 in truth."""
_CACHED: Final = 500
"""Verified tokens that each worker remembers, for each issuer and host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifying:
    """What the edge needs to verify by itself. ``jwks`` are public key sets by what they sign.

    ``settled`` and ``recent`` are what is revoked, values by subject
    (:class:`ringwall.identity.published.Revoked`).
    """

    facts: Facts
    jwks: Mapping[Purpose, Json]
    settled: Mapping[str, tuple[str, ...]]
    recent: Mapping[str, tuple[str, ...]]


def sign_in_of(route: Route, verifying: Verifying | None) -> SignIn:
    """What a route asks; one that says nothing asks for it as soon as anybody can sign in."""
    if verifying is None:
        return SignIn.NONE
    return route.sign_in or SignIn.REQUIRED


def session_filter(verifying: Verifying, *, web: str) -> Json:
    """Lua: by default it only takes away; see :func:`per_route` for where it renews."""
    life = int(verifying.facts.settings.token_lifetime)
    script = _LUA.replace("@AHEAD@", str(min(60, life // 5))).replace("@WEB@", web)
    return extension(
        SESSION_FILTER,
        _LUA_TYPE,
        default_source_code={"inline_string": script + _ON_REQUEST.format("ringwall_strip")},
        source_codes={
            "renew": {"inline_string": script + _ON_REQUEST.format("ringwall_renew") + _ON_ANSWER}
        },
    )


_ON_REQUEST: Final = "\nfunction envoy_on_request(handle)\n  {}(handle)\nend\n"
_ON_ANSWER: Final = """
function envoy_on_response(handle)
  local found = handle:streamInfo():dynamicMetadata():get("ringwall.session")
  if found ~= nil and found["cookie"] ~= nil then
    handle:headers():add("set-cookie", found["cookie"])
  end
end
"""


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
        "from_headers": _SHOWN[kind],
        "require_expiration": True,
        "clock_skew_seconds": _SKEW_S,
        "payload_in_metadata": CLAIMS,
        "claim_to_headers": [
            {"header_name": header, "claim_name": claim}
            for header, claim in {**TOLD, **(GRANTED if kind is Purpose.ACCESS else {})}.items()
        ],
        "jwt_cache_config": {"jwt_cache_size": _CACHED, "jwt_max_token_size": 8192},
    }


_SHOWN: Final[Mapping[Purpose, list[Json]]] = {
    Purpose.SESSION: [{"name": TOKEN_HEADER}],
    Purpose.ACCESS: [{"name": "authorization", "value_prefix": "Bearer "}],
    Purpose.KEY: [{"name": KEY_HEADER}],
}


def per_route(route: Route, host: str, verifying: Verifying) -> Json:
    """What a route says about the filters that all routes share, by filter name."""
    mode = sign_in_of(route, verifying)
    if mode is SignIn.NONE:
        return nobody_asked()
    return {
        SESSION_FILTER: typed(f"{_LUA_TYPE}PerRoute", name="renew"),
        TOKENS_FILTER: typed(
            "envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig",
            requirement_name=f"{mode} {host}",
        ),
    }


def nobody_asked() -> Json:
    """The same where it does not matter who is there: cookies and keys are still taken away."""
    return {
        TOKENS_FILTER: http.without_filter(),
        REVOKED_FILTER: http.without_filter(),
        RECENT_FILTER: http.without_filter(),
    }


def nothing_asked() -> Json:
    """The same for pages of Ringwall's own, which read the cookies themselves."""
    return {SESSION_FILTER: http.without_filter(), **nobody_asked()}


REVOKED_FILTER: Final = "ringwall.revoked"
RECENT_FILTER: Final = "ringwall.recent"
"""Two filters for one thing: the large one changes seldom, the small one at once."""


def own_filters(
    route: Route, host: str, verifying: Verifying, *, with_certificates: bool = False
) -> list[Json]:
    """The filters that a route brings: the certificate, the host's tenant, the factor, its age.

    Tokens that are bound to a certificate have only hosts ``with_certificates`` as audience.
    """
    mode = sign_in_of(route, verifying)
    asked: dict[str, Json] = {}
    if mode is not SignIn.NONE and with_certificates:
        asked["bound"] = _BOUND
    if mode is not SignIn.NONE and host.startswith("*."):
        asked["place"] = _made_for(host, verifying)
    if mode is SignIn.OPTIONAL:
        asked = {name: cel.any_of([_NOBODY, one]) for name, one in asked.items()}
    if mode is SignIn.REQUIRED and (route.factor or route.factor_within) is not None:
        asked["proof"] = _proven(route)
    return [_condition(name, condition) for name, condition in asked.items()]


def _made_for(host: str, verifying: Verifying) -> Json:
    """Tokens for a wildcard are for one name below it; at a tenant's host every token is."""
    same = cel.equal(claim("host"), cel.select("request", "host"))
    if host == verifying.facts.settings.tenant_hosts:
        return same
    return cel.any_of([cel.negate(has_claim("host")), same])


def _proven(route: Route) -> Json:
    asked: list[Json] = []
    if route.factor is not None:
        enough = ("phr",) if route.factor is Factor.PASSKEY else ("mfa", "phr")
        asked.append(cel.any_of([cel.equal(claim("acr"), cel.text(one)) for one in enough]))
    if route.factor_within is not None:
        age = cel.subtract(
            cel.call("int", cel.select("request", "time")), cel.call("int", claim("auth_time"))
        )
        asked.append(cel.at_most(age, int(route.factor_within)))
        asked.append(cel.at_least(age, -_SKEW_S))  # proven in the future: a clock was set back
    return cel.all_of(asked)


def claim(name: str) -> Json:
    """A claim of the verified token, as an expression; a missing one is an error, which denies."""
    return cel.index(cel.index(_METADATA, CLAIMS), name)


def has_claim(name: str) -> Json:
    """Whether the token has a claim."""
    return cel.contains(cel.text(name), cel.index(_METADATA, CLAIMS))


_NOBODY: Final = cel.negate(
    cel.contains(cel.text(NAMESPACE), cel.select("metadata", "filter_metadata"))
)
"""No token was shown that holds."""
_SHOWN_CERTIFICATE: Final = cel.select("connection", "sha256_peer_certificate_digest")

_METADATA: Final = cel.index(cel.select("metadata", "filter_metadata"), NAMESPACE)


_BOUND: Final = cel.any_of(
    [cel.negate(has_claim("rw_bound")), cel.equal(claim("rw_bound"), _SHOWN_CERTIFICATE)]
)
"""A bound token is good only beside its certificate (RFC 8705 section 3)."""


def _condition(name: str, condition: Json) -> Json:
    """An RBAC filter that lets in only what meets a condition; anything odd is refused.

    A matcher rather than rules: what it refuses is told by ``name``.
    """
    return extension(
        f"ringwall.{name}",
        "envoy.extensions.filters.http.rbac.v3.RBAC",
        rules_stat_prefix=f"{name}_",
        matcher={
            "matcher_list": {
                "matchers": [
                    {
                        "predicate": {"single_predicate": cel.predicate(condition)},
                        "on_match": rbac_action("ALLOW", "met"),
                    }
                ]
            },
            "on_no_match": rbac_action("DENY", name),
        },
    )


def rbac_action(action: str, name: str) -> Json:
    """What an RBAC matcher decides; the name is told in the response's details."""
    told = typed("envoy.config.rbac.v3.Action", name=name, action=action)
    return {"action": {"name": "action", "typed_config": told}}


def asked_of(route: Route) -> Json:
    """What the edge's answers say of a route that asks for more, as route metadata.

    ``query`` goes into the redirect of browsers, ``challenge`` into ``WWW-Authenticate``.
    """
    query, challenge = "", []
    if route.factor is not None:
        acr = "phr" if route.factor is Factor.PASSKEY else "mfa"
        query += f"factor={acr}&"
        challenge.append(f'acr_values="{acr}"')
    if route.factor_within is not None:
        query += f"within={int(route.factor_within)}&"
        challenge.append(f'max_age="{int(route.factor_within)}"')
    return {"query": query, "challenge": ", ".join(challenge)}
