"""What a client asks of a person: the authorization request, read and judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from oauthlib.oauth2.rfc6749 import errors

from ringwall.identity.facts import Facts
from ringwall.identity.models import ApiClient
from ringwall.identity.provider import audiences, deciding, forms, reading
from ringwall.identity.provider.kept_scopes import with_kept
from ringwall.identity.provider.presented import Presented
from ringwall.identity.provider.server import Server
from ringwall.identity.provider.validator import InvalidTargetError, Validator

LONGEST: Final = 16 * 1024
"""Characters of a query."""

_UNSUPPORTED: Final = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}
"""OpenID Connect Core sections 6 and 7.2.1."""


class BadRequestError(ValueError):
    """Nobody can be redirected: the person is told, in a sentence."""


class RefusedError(Exception):
    """The client is told, by a redirect to ``target``."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self.target = target


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """A request that is in order. ``hinted`` is the subject the client expects, if it says one."""

    client: ApiClient
    redirect_uri: str
    state: str
    scopes: Sequence[str]
    audiences: Sequence[str]
    nonce: str
    challenge: str
    asked: deciding.Asked
    hinted: str | None

    def answer(self, parameters: Mapping[str, str], *, facts: Facts) -> str:
        """Where the browser goes: the client's URI with ``state`` and our name (RFC 9207)."""
        return answered(self.redirect_uri, {**parameters, "state": self.state, "iss": facts.origin})


def answered(uri: str, parameters: Mapping[str, str]) -> str:
    """A redirect URI with parameters added to its query; empty ones are left out."""
    added = urlencode([(name, value) for name, value in parameters.items() if value])
    query = urlsplit(uri).query
    glue = "&" if query else ("" if uri.endswith("?") else "?")
    return f"{uri}{glue}{added}"


def read(query: str, *, facts: Facts, now: datetime) -> Authorization:
    """Read an authorization request.

    :class:`BadRequestError` as long as it is not sure where the browser may be sent,
    :class:`RefusedError` after that.
    """
    if len(query) > LONGEST:
        raise BadRequestError("The request is too long.")
    form = _form(query)
    fields = form.fields
    validator = Validator(facts=facts, now=now, presented=Presented(), resources=form.resources)
    shown = {name: fields[name] for name in _SHOWN if fields.get(name)}
    try:
        scopes, _ = Server(validator).validate_authorization_request(
            f"https://authorize/?{urlencode(shown)}"
        )
        client = validator.known
        audience = audiences.granted(form.resources, client=client.audiences, facts=facts)
        asked = _asked(fields, client)
        wanted = with_kept(scopes, client, facts, for_person=True)
    except errors.FatalClientError as error:
        raise BadRequestError(error.description or "The request is not in order.") from error
    except audiences.UnknownAudienceError:
        raise _refused(InvalidTargetError(), fields, facts) from None
    except errors.OAuth2Error as error:
        raise _refused(error, fields, facts) from error
    return Authorization(
        client=client,
        redirect_uri=fields["redirect_uri"],
        state=fields.get("state", ""),
        scopes=wanted,
        audiences=audience,
        nonce=fields.get("nonce", ""),
        challenge=fields["code_challenge"],
        asked=asked,
        hinted=_hinted(fields, client, facts=facts, now=now),
    )


_SHOWN: Final = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "prompt",
    "code_challenge",
    "code_challenge_method",
)
"""What oauthlib reads of the request."""


def _form(query: str) -> forms.Form:
    gathered: dict[str, list[str]] = {}
    try:
        for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=100):
            gathered.setdefault(name, []).append(value)
        return forms.sorted_out(gathered.items())
    except ValueError as error:
        raise BadRequestError(str(error)) from error


def _asked(fields: Mapping[str, str], client: ApiClient) -> deciding.Asked:
    if "authorization_code" not in client.client.get_grant_types():
        raise errors.UnauthorizedClientError
    for name, code in _UNSUPPORTED.items():
        if fields.get(name):
            raise errors.CustomOAuth2Error(error=code)
    if fields.get("response_mode") not in {None, "", "query"}:
        raise errors.InvalidRequestError(description="The response_mode is query.")
    found = deciding.read(fields)
    if isinstance(found, deciding.Refusal):
        raise errors.CustomOAuth2Error(error=found.error, description=found.why)
    return found


def _hinted(
    fields: Mapping[str, str], client: ApiClient, *, facts: Facts, now: datetime
) -> str | None:
    shown = fields.get("id_token_hint")
    if not shown:
        return None
    claims = reading.hint(shown, facts=facts, now=now)
    if claims is None or claims.get("aud") != client.pk:
        return ""
    return str(claims["sub"])


def _refused(error: errors.OAuth2Error, fields: Mapping[str, str], facts: Facts) -> RefusedError:
    told = {
        "error": str(error.error),
        "error_description": error.description or "",
        "state": fields.get("state", ""),
        "iss": facts.origin,
    }
    return RefusedError(answered(fields["redirect_uri"], told))
