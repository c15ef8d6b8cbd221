"""The provider's endpoints for programs: discovery, keys, tokens."""

import json
from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from oauthlib.oauth2.rfc6749 import errors

from ringwall.identity import sessions, slowing
from ringwall.identity.installed import current_facts
from ringwall.identity.keyring import Keyring
from ringwall.identity.kinds import Purpose
from ringwall.identity.pages import authorizing, signing_out
from ringwall.identity.provider import (
    audiences,
    certificates,
    devices,
    forms,
    grants,
    introspection,
    metadata,
    minting,
    reading,
    server,
)
from ringwall.identity.provider.kept_scopes import with_kept
from ringwall.identity.provider.validator import InvalidTargetError, Validator
from ringwall.identity.recording import programs
from ringwall.runtime.current import current_installation
from ringwall.runtime.recording import RecordingError

_PUBLISHED_FOR: Final = 3600
"""Seconds; a key is published a day before it signs."""

_BASIC: Final = 'Basic realm="clients"'
"""RFC 6749 section 5.2: a client that is not let in is told the scheme there is."""

Endpoint = Callable[[HttpRequest, forms.Form], HttpResponse]


def endpoint(function: Endpoint) -> Callable[[HttpRequest], HttpResponse]:
    """Make a function that answers a posted form an endpoint for programs."""

    @csrf_exempt
    @require_POST
    @wraps(function)
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            return function(request, forms.read(request))
        except forms.BadFormError as error:
            told = {"error": "invalid_request", "error_description": str(error)}
            return JsonResponse(told, status=error.status)
        except errors.OAuth2Error as error:
            return _told(error)
        except slowing.ThrottledError as error:
            return _too_soon(error)
        except RecordingError as error:
            sessions.log.error("%s", error)
            text = "What is done here is recorded, and the record cannot be written now."
            return _later(503, text, 30)

    return answer


@require_safe
def discovery(_request: HttpRequest) -> HttpResponse:
    """What the provider is and can."""
    return _public(metadata.metadata(current_facts()))


@require_safe
def keys(_request: HttpRequest) -> HttpResponse:
    """The keys that sign, that will sign, and that signed what still lives (RFC 7517)."""
    return _public(Keyring(current_installation().state, Purpose.ACCESS).jwks())


@endpoint
def token(request: HttpRequest, form: forms.Form) -> HttpResponse:
    """Tokens for a code, a refresh token, a device, or the client itself (RFC 6749)."""
    validator = forms.validator_of(request, form)
    given = server.token_answer(validator, form.items, {})
    body = json.loads(given.body)
    _record(validator, form.fields.get("grant_type", ""), body, given.status)
    answer = JsonResponse(body, status=given.status)
    if given.status == 401:
        answer.headers["WWW-Authenticate"] = _BASIC
    answer.headers["Cache-Control"] = "no-store"
    return _readable(request, answer, validator)


@endpoint
def revoke(request: HttpRequest, form: forms.Form) -> HttpResponse:
    """End a token and the grant that it came of (RFC 7009)."""
    validator = _authenticated(request, form)
    shown = _required(form, "token")
    now = timezone.now()
    grant = grants.by_refresh_token(shown)
    if grant is not None:
        if grant.client_id == validator.known.pk:
            grants.end(grant, reason="the client revoked it", now=now)
    else:
        read = reading.access_token(shown, facts=validator.facts, now=now)
        if read is not None and read.claims.get("client_id") == validator.known.pk:
            reading.revoke(read, now=now)
    # Unknown tokens and those of others are answered alike (section 2.2).
    return _readable(request, HttpResponse(status=200), validator)


@endpoint
def introspect(request: HttpRequest, form: forms.Form) -> HttpResponse:
    """What a token is worth, for its own client and the services it is for (RFC 7662)."""
    validator = _authenticated(request, form, confidential=True)
    shown = _required(form, "token")
    client_id = str(validator.known.pk)
    slowing.require_scanning_room(client_id)
    told = introspection.told(
        shown, client=validator.known, facts=validator.facts, now=timezone.now()
    )
    if not told["active"]:
        slowing.note_scanned(client_id)
    return JsonResponse(told)


@endpoint
def device_code(request: HttpRequest, form: forms.Form) -> HttpResponse:
    """Let a device begin to wait for a person (RFC 8628 section 3.1)."""
    validator = _authenticated(request, form)
    client, facts = validator.known, validator.facts
    if devices.DEVICE_GRANT not in client.client.get_grant_types():
        raise errors.UnauthorizedClientError
    scopes = form.fields.get("scope", "").split() or client.client.get_default_scopes()
    if not set(scopes) <= set(client.client.get_scopes()):
        raise errors.InvalidScopeError
    scopes = with_kept(scopes, client, facts, for_person=True)
    try:
        audience = audiences.granted(form.resources, client=client.audiences, facts=facts)
    except audiences.UnknownAudienceError as error:
        raise InvalidTargetError from error
    slowing.require_device_room(request)
    begun = devices.begin(client, scopes=scopes, audiences=audience, now=timezone.now())
    page = f"{facts.origin}/identity/o/device"
    told = {
        "device_code": begun.device_code,
        "user_code": begun.user_code,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?code={begun.user_code}",
        "expires_in": int(devices.LIFE.total_seconds()),
        "interval": devices.INTERVAL,
    }
    return JsonResponse(told)


@csrf_exempt
@require_http_methods(["GET", "POST", "OPTIONS"])
def userinfo(request: HttpRequest) -> HttpResponse:
    """Who the person is whom an access token stands for (OpenID Connect Core section 5.3)."""
    if request.method == "OPTIONS":
        return _preflight(request)
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not shown:
        return _refused(401, "")
    read = reading.access_token(shown.strip(), facts=current_facts(), now=timezone.now())
    if read is None or read.grant is None:
        return _refused(401, "invalid_token")
    bound = read.claims.get("rw_bound")
    if bound is not None:
        certificate = certificates.read(request.headers.get(certificates.HEADER, ""))
        if certificate is None or certificate.hex != bound:
            return _refused(401, "invalid_token")
    scopes = str(read.claims.get("scope", "")).split()
    if "openid" not in scopes:
        return _refused(403, "insufficient_scope")
    answer = JsonResponse(minting.claims_of(read.grant, scopes, now=timezone.now()))
    origin = request.headers.get("Origin")
    if origin and origin in read.grant.client.get_cors_origins():
        answer.headers["Access-Control-Allow-Origin"] = origin
    return answer


def _record(validator: Validator, kind: str, body: dict[str, Any], status: int) -> None:
    """Have it recorded what the token endpoint is about to answer; else it does not."""
    client = validator.client
    if client is None:
        return  # that is recorded already
    if status != 200:
        programs.tokens_refused(client, kind, str(body.get("error", "")), grant=validator.grant)
        return
    try:
        programs.tokens_given(
            client,
            kind,
            grant=validator.grant,
            scopes=validator.scopes,
            audiences=validator.audiences,
        )
    except RecordingError:
        validator.take_back()
        raise


def _authenticated(
    request: HttpRequest, form: forms.Form, *, confidential: bool = False
) -> Validator:
    validator = forms.validator_of(request, form)
    if not validator.let_in(confidential=confidential):
        raise errors.InvalidClientError
    return validator


def _required(form: forms.Form, name: str) -> str:
    value = form.fields.get(name, "")
    if not value:
        raise forms.BadFormError(f"The parameter {name} is missing.")
    return value


def _told(error: errors.OAuth2Error) -> HttpResponse:
    answer = JsonResponse(dict(error.twotuples), status=error.status_code)
    if error.status_code == 401:
        answer.headers["WWW-Authenticate"] = _BASIC
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _too_soon(error: slowing.ThrottledError) -> HttpResponse:
    """How long to wait, in the form of all errors here (RFC 6749 section 5.2, RFC 6585)."""
    seconds = max(1, ceil(error.wait))
    text = f"Too many requests. Wait {slowing.in_words(seconds)}, then try again."
    return _later(429, text, seconds)


def _later(status: int, text: str, seconds: int) -> HttpResponse:
    told = {"error": "temporarily_unavailable", "error_description": text}
    headers = {"Retry-After": str(seconds), "Cache-Control": "no-store"}
    return JsonResponse(told, status=status, headers=headers)


def _refused(status: int, error: str) -> HttpResponse:
    told = f'Bearer realm="userinfo", error="{error}"' if error else 'Bearer realm="userinfo"'
    return HttpResponse(status=status, headers={"WWW-Authenticate": told})


def _public(document: dict[str, Any]) -> HttpResponse:
    answer = JsonResponse(document)
    answer.headers["Cache-Control"] = f"public, max-age={_PUBLISHED_FOR}"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _readable(request: HttpRequest, answer: HttpResponse, validator: Validator) -> HttpResponse:
    """Let a page of the client's read the answer, if it is registered to."""
    origin = request.headers.get("Origin")
    if origin and validator.is_origin_allowed(None, origin, None):
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Vary"] = "Origin"
    return answer


def _preflight(request: HttpRequest) -> HttpResponse:
    """Say that pages may ask with a token; whether they may read the answer it says itself."""
    answer = HttpResponse(status=204)
    origin = request.headers.get("Origin")
    if origin:
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Allow-Headers"] = "authorization"
        answer.headers["Access-Control-Allow-Methods"] = "GET, POST"
        answer.headers["Access-Control-Max-Age"] = "600"
        answer.headers["Vary"] = "Origin"
    return answer


urlpatterns: list[URLPattern | URLResolver] = [
    path(".well-known/openid-configuration", discovery),
    path(".well-known/oauth-authorization-server", discovery),
    path(".well-known/jwks.json", keys),
    path("identity/o/api/token", token),
    path("identity/o/api/revoke", revoke),
    path("identity/o/api/introspect", introspect),
    path("identity/o/api/userinfo", userinfo),
    path("identity/o/api/device/code", device_code),
    path("identity/o/authorize", authorizing.authorize, name="authorize"),
    path("identity/o/consent", authorizing.consent, name="consent"),
    path("identity/o/device", authorizing.device, name="device"),
    path("identity/o/logout", signing_out.logout, name="provider_logout"),
]
