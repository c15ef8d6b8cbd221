"""What a route asks of a token that holds: RBAC filters of its own, by name.

They read headers that ``jwt_authn`` has just made of claims. A claim that is missing is no header,
which is an error, which denies.
"""

from typing import Final

from ringwall.gateway.config import Factor, Route, SignIn
from ringwall.gateway.envoy import cel
from ringwall.gateway.envoy.resources import Json, extension, typed
from ringwall.gateway.envoy.signed_in import (
    BOUND_HEADER,
    PLACE_HEADER,
    PROVEN_HEADER,
    WHOLE_SKEW_S,
    Verifying,
    sign_in_of,
)


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
    same = cel.equal(cel.header(PLACE_HEADER), cel.select("request", "host"))
    if host == verifying.facts.settings.tenant_hosts:
        return same
    return cel.any_of([cel.negate(cel.has_header(PLACE_HEADER)), same])


def _proven(route: Route) -> Json:
    asked: list[Json] = []
    if route.factor is not None:
        enough = ("phr",) if route.factor is Factor.PASSKEY else ("mfa", "phr")
        shown = cel.header("x-ringwall-strength")
        asked.append(cel.any_of([cel.equal(shown, cel.text(one)) for one in enough]))
    if route.factor_within is not None:
        asked += proven_within(int(route.factor_within))
    return cel.all_of(asked)


def proven_within(seconds: int) -> list[Json]:
    """Conditions that must all hold: so long ago at most, and not in a future of another clock.

    No header is an error, which is a condition that does not hold.
    """
    now, then = cel.select("request", "time"), cel.header(PROVEN_HEADER)
    age = cel.subtract(cel.call("int", now), cel.call("int", then))
    return [cel.at_most(age, seconds), cel.at_least(age, -WHOLE_SKEW_S)]


_SHOWN_CERTIFICATE: Final = cel.select("connection", "sha256_peer_certificate_digest")
_NOBODY: Final = cel.negate(cel.has_header("x-ringwall-user"))
"""No token was shown that holds: every one has a subject."""
_BOUND: Final = cel.any_of(
    [
        cel.negate(cel.has_header(BOUND_HEADER)),
        cel.equal(cel.header(BOUND_HEADER), _SHOWN_CERTIFICATE),
    ]
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


def strongest(
    *asked: tuple[Factor | None, float | None],
) -> tuple[Factor | None, float | None]:
    """Of several demands for a proof, the one that meets them all."""
    factors = [factor for factor, _ in asked if factor is not None]
    within = [seconds for _, seconds in asked if seconds is not None]
    factor = Factor.PASSKEY if Factor.PASSKEY in factors else next(iter(factors), None)
    return factor, min(within, default=None)


def asked_of(factor: Factor | None, within: float | None) -> Json:
    """What the edge's answers say of a route that asks for more, as route metadata.

    ``query`` goes into the redirect of browsers, ``challenge`` into ``WWW-Authenticate``.
    """
    query, challenge = "", []
    if factor is not None:
        acr = "phr" if factor is Factor.PASSKEY else "mfa"
        query += f"factor={acr}&"
        challenge.append(f'acr_values="{acr}"')
    if within is not None:
        query += f"within={int(within)}&"
        challenge.append(f'max_age="{int(within)}"')
    return {"query": query, "challenge": ", ".join(challenge)}
