"""What the provider says of itself (OpenID Connect Discovery 1.0, RFC 8414). Pure."""

from typing import Any, Final

from ringwall.identity.facts import Facts
from ringwall.identity.keyring import ALGORITHM
from ringwall.identity.provider import assertions, authentication
from ringwall.identity.provider.server import GRANT_TYPES
from ringwall.identity.strength import LEVELS

PATHS: Final = {
    "authorization_endpoint": "/identity/o/authorize",
    "token_endpoint": "/identity/o/api/token",
    "userinfo_endpoint": "/identity/o/api/userinfo",
    "jwks_uri": "/.well-known/jwks.json",
    "revocation_endpoint": "/identity/o/api/revoke",
    "introspection_endpoint": "/identity/o/api/introspect",
    "device_authorization_endpoint": "/identity/o/api/device/code",
    "end_session_endpoint": "/identity/o/logout",
}
"""Endpoints below the issuer."""

SCOPES: Final = ("openid", "profile", "email", "roles", "offline_access")
"""Scopes that tell of people; clients may be registered with words of their own beside them."""

_PROVEN: Final = [one for one in authentication.METHODS if one != authentication.PUBLIC]


def metadata(facts: Facts) -> dict[str, Any]:
    """The document of an installation: each line is something that is really so."""
    return {
        "issuer": facts.origin,
        **{name: f"{facts.origin}{path}" for name, path in PATHS.items()},
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        "subject_types_supported": ["public"],
        "acr_values_supported": list(LEVELS),
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": list(authentication.METHODS),
        "token_endpoint_auth_signing_alg_values_supported": list(assertions.ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": _PROVEN,
        "introspection_endpoint_auth_signing_alg_values_supported": list(assertions.ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": list(authentication.METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": list(assertions.ALGORITHMS),
        "code_challenge_methods_supported": ["S256"],
        "tls_client_certificate_bound_access_tokens": True,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claim_types_supported": ["normal"],
        "claims_supported": [
            "sub",
            "iss",
            "aud",
            "exp",
            "iat",
            "jti",
            "nonce",
            "at_hash",
            "sid",
            "acr",
            "amr",
            "auth_time",
            "email",
            "email_verified",
            "name",
            "tenant",
            "roles",
        ],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
