"""oauthlib's grant types, those of them that we offer, put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from oauthlib.oauth2.rfc6749.endpoints.authorization import AuthorizationEndpoint
from oauthlib.oauth2.rfc6749.endpoints.token import TokenEndpoint
from oauthlib.oauth2.rfc6749.errors import UnsupportedGrantTypeError
from oauthlib.oauth2.rfc6749.grant_types import ClientCredentialsGrant, RefreshTokenGrant
from oauthlib.oauth2.rfc6749.tokens import BearerToken
from oauthlib.oauth2.rfc8628.grant_types import DeviceCodeGrant
from oauthlib.openid.connect.core.grant_types import AuthorizationCodeGrant

from ringwall.identity.provider.devices import DEVICE_GRANT
from ringwall.identity.provider.validator import Validator

GRANT_TYPES: Final = ("authorization_code", "refresh_token", "client_credentials", DEVICE_GRANT)

_READ: Final = frozenset(
    {"code", "code_verifier", "device_code", "grant_type", "redirect_uri", "refresh_token", "scope"}
)
"""What oauthlib is shown: it would take any other parameter for something it keeps itself."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the token endpoint: headers, JSON text, status."""

    headers: Mapping[str, str]
    body: str
    status: int


class Server(AuthorizationEndpoint, TokenEndpoint):
    """Authorization and token endpoints for one request; other flows are not known to it."""

    def __init__(self, validator: Validator) -> None:
        code = AuthorizationCodeGrant(
            validator, pre_auth=[validator.check_challenge], post_token=[validator.settle]
        )
        refresh = RefreshTokenGrant(validator, post_token=[validator.settle])
        itself = ClientCredentialsGrant(validator, post_token=[validator.settle])
        device = DeviceCodeGrant(validator, post_token=[validator.settle])
        bearer = BearerToken(
            validator,
            token_generator=validator.access_token,
            refresh_token_generator=validator.refresh_token,
            expires_in=validator.access_life,
        )
        AuthorizationEndpoint.__init__(
            self,
            default_response_type="code",
            response_types={"code": code},
            default_token_type=bearer,
        )
        TokenEndpoint.__init__(
            self,
            default_grant_type="",
            grant_types={
                "authorization_code": code,
                "refresh_token": refresh,
                "client_credentials": itself,
                DEVICE_GRANT: device,
            },
            default_token_type=bearer,
        )


def token_answer(
    validator: Validator, form: Sequence[tuple[str, str]], headers: dict[str, str]
) -> Answer:
    """Ask the token endpoint with a form that has each of its parameters once."""
    if dict(form).get("grant_type") not in GRANT_TYPES:
        error = UnsupportedGrantTypeError()
        return Answer({}, error.json, error.status_code)
    body = urlencode([(name, value) for name, value in form if name in _READ and value])
    found: Any = Server(validator).create_token_response("https://token/", "POST", body, headers)
    return Answer(*found)
