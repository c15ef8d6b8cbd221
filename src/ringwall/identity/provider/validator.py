"""What oauthlib asks while it reads a request, answered from our tables.

It derives from oauthlib's own validator, whose every unanswered question raises: a flow that is not
answered here does not exist. One validator serves one request.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from oauthlib.common import Request
from oauthlib.oauth2.rfc6749 import errors
from oauthlib.openid import RequestValidator

from ringwall.core.events import Factor
from ringwall.identity import admission
from ringwall.identity.facts import Facts
from ringwall.identity.models import ApiClient, Grant, Membership
from ringwall.identity.provider import (
    assertions,
    audiences,
    authentication,
    devices,
    grants,
    kept_scopes,
    minting,
)
from ringwall.identity.provider.audiences import UnknownAudienceError
from ringwall.identity.provider.presented import Presented
from ringwall.identity.provider.redirects import is_registered
from ringwall.identity.recording import who

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""A SHA-256 in base64url."""
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
"""RFC 7636 section 4.1."""


class InvalidTargetError(errors.OAuth2Error):
    """The resource asked for is none that this client can have (RFC 8707 section 2)."""

    error = "invalid_target"
    description = "The requested resource is not one of this server's."


class Validator(RequestValidator):
    """Answers for one request. ``resources`` are its ``resource`` parameters."""

    def __init__(
        self, *, facts: Facts, now: datetime, presented: Presented, resources: Sequence[str]
    ) -> None:
        self.facts, self.now = facts, now
        self.presented, self.resources = presented, resources
        self.client: ApiClient | None = None
        self.grant: Grant | None = None
        self.member: Membership | None = None
        self.audiences: tuple[str, ...] = ()
        self.scopes: tuple[str, ...] = ()
        self._is_renewed = False

    # Clients

    def client_authentication_required(self, request: Request, *_: Any, **__: Any) -> bool:
        """Always: public clients too are judged in one place."""
        del request
        return True

    def authenticate_client(self, request: Request, *_: Any, **__: Any) -> bool:
        """Whether the client is proven as it is registered."""
        return self.let_in() and self._use(self.known, request)

    def let_in(self, *, confidential: bool = False) -> bool:
        """Whether the client is proven as it is registered; ``confidential``: not a public one."""
        known_as = (self.facts.origin, f"{self.facts.origin}/identity/o/api/token")
        found = authentication.authenticate(self.presented, audiences=known_as, now=self.now)
        self.client = found.client
        shown = self.presented
        named = shown.names or assertions.subject_of(shown.assertion) or ""
        who.client_shown(found.client, named, Factor.ASSERTION if shown.assertion else None)
        if found.client is None:
            return False
        return not (confidential and found.client.auth_method == authentication.PUBLIC)

    def authenticate_client_id(self, client_id: Any, request: Request, *_: Any, **__: Any) -> bool:
        """Never: see ``authenticate_client``."""
        del client_id, request
        return False

    def validate_client_id(self, client_id: Any, request: Request, *_: Any, **__: Any) -> bool:
        """Whether there is such a client, for a browser's request that proves nothing."""
        found = authentication.find(client_id) if isinstance(client_id, str) else None
        return found is not None and self._use(found, request)

    def validate_grant_type(
        self, _client_id: Any, grant_type: str, _client: Any, _request: Request, *_: Any, **__: Any
    ) -> bool:
        """Whether the client may use a grant type; by itself only if it proves who it is."""
        client = self.known
        if grant_type not in client.client.get_grant_types():
            return False
        return grant_type != "client_credentials" or client.auth_method != authentication.PUBLIC

    # The browser's request

    def validate_redirect_uri(
        self, _client_id: Any, redirect_uri: str, _request: Request, *_: Any, **__: Any
    ) -> bool:
        """Whether the URI is registered, exactly."""
        return is_registered(redirect_uri, self.known.client.get_redirect_uris())

    def get_default_redirect_uri(self, *_: Any, **__: Any) -> None:
        """There is none: each request says where it leads."""

    def validate_response_type(
        self, _client_id: Any, response_type: str, *_: Any, **__: Any
    ) -> bool:
        """Only codes: tokens never travel in an address."""
        return bool(response_type == "code")

    def is_pkce_required(self, _client_id: Any, _request: Request) -> bool:
        """Always (RFC 9700 section 2.1.1)."""
        return True

    def check_challenge(self, request: Request) -> dict[str, Any]:
        """Refuse requests without a challenge by S256, before anything else is judged."""
        if request.code_challenge is None:
            raise errors.MissingCodeChallengeError(request=request)
        if request.code_challenge_method != "S256":
            raise errors.UnsupportedCodeChallengeMethodError(request=request)
        if not _CHALLENGE.fullmatch(request.code_challenge):
            msg = "The code_challenge is not a SHA-256 in base64url."
            raise errors.InvalidRequestError(description=msg, request=request)
        return {}

    def validate_silent_login(self, _request: Request) -> bool:
        """Judged by :mod:`~ringwall.identity.provider.deciding`, with the session."""
        return True

    def validate_silent_authorization(self, _request: Request) -> bool:
        """Judged by :mod:`~ringwall.identity.provider.deciding`, with the session."""
        return True

    def validate_user_match(self, *_: Any) -> bool:
        """Judged by :mod:`~ringwall.identity.provider.deciding`, with the session."""
        return True

    # Scopes

    def validate_scopes(self, _client_id: Any, scopes: Sequence[str], *_: Any, **__: Any) -> bool:
        """Whether the client may ask for all of them."""
        return set(scopes) <= set(self.known.client.get_scopes())

    def get_default_scopes(
        self, _client_id: Any, request: Request, *_: Any, **__: Any
    ) -> list[str]:
        """Whoever asks for none: a program gets all of its own, a person's client none."""
        if request.grant_type == "client_credentials":
            return list(self.known.client.get_scopes())
        return list(self.known.client.get_default_scopes())

    def get_original_scopes(self, *_: Any, **__: Any) -> list[str]:
        """What was granted, of which a refresh may ask for less."""
        return list(self.begun.scopes)

    # Codes

    def validate_code(
        self, _client_id: Any, code: str, _client: Any, request: Request, *_: Any, **__: Any
    ) -> bool:
        """Whether the code is of this client and unspent."""
        return self._take_up(grants.of_code(code, client=self.known, now=self.now), request)

    def get_code_challenge(self, _code: str, request: Request) -> str:
        """What the verifier is compared with."""
        verifier = request.code_verifier
        if verifier is not None and not _VERIFIER.fullmatch(verifier):
            msg = "The code_verifier is not 43 to 128 unreserved characters."
            raise errors.InvalidGrantError(description=msg, request=request)
        return self.begun.challenge

    def get_code_challenge_method(self, _code: str, _request: Request) -> str:
        """The only one."""
        return "S256"

    def confirm_redirect_uri(
        self, _client_id: Any, _code: str, redirect_uri: str, *_: Any, **__: Any
    ) -> bool:
        """Whether it is that of the browser's request."""
        return redirect_uri == self.begun.redirect_uri

    def get_authorization_code_nonce(self, *_: Any) -> str:
        """Kept with the grant."""
        return self.begun.nonce

    def invalidate_authorization_code(self, *_: Any, **__: Any) -> None:
        """It was spent before tokens were made."""

    # Refreshing

    def validate_refresh_token(
        self, refresh_token: str, _client: Any, request: Request, *_: Any, **__: Any
    ) -> bool:
        """Whether the token is of this client and the one that is good now."""
        found = grants.of_refresh_token(refresh_token, client=self.known, now=self.now)
        return self._take_up(found, request)

    def rotate_refresh_token(self, _request: Request) -> bool:
        """Always."""
        return True

    # Devices

    def validate_device_code(
        self, _client_id: Any, device_code: str, request: Request, *_: Any, **__: Any
    ) -> str | None:
        """What became of a device's question, in oauthlib's words."""
        found = devices.poll(device_code, client=self.known, now=self.now)
        if found.grant is not None:
            self._take_up(found.grant, request)
        return found.status

    # Tokens

    def settle(self, request: Request) -> None:
        """The last check before tokens are made: for whom they are, and that it happens once."""
        kind = request.grant_type
        try:
            self.audiences = audiences.granted(
                self.resources,
                client=self.known.audiences,
                grant=() if self.grant is None else self.grant.audiences,
                is_bound=is_bound(self.known),
                facts=self.facts,
            )
        except UnknownAudienceError as error:
            raise InvalidTargetError(request=request) from error
        request.scopes = list(kept_scopes.issued(request, self.known, self.grant, self.facts))
        if kind == "authorization_code" and not grants.spend_code(self.begun, now=self.now):
            raise errors.InvalidGrantError(request=request)
        if kind == "refresh_token":
            if not grants.spend_refresh_token(self.begun, now=self.now):
                raise errors.InvalidGrantError(request=request)
            self._is_renewed = True
        self.scopes = tuple(request.scopes)

    def take_back(self) -> None:
        """The tokens that were made are not given: the refresh token of before is good again."""
        if self._is_renewed:
            grants.take_back_refresh_token(self.begun)

    def access_token(self, request: Request) -> str:
        """Sign an access token for what was granted."""
        client = self.known
        if is_bound(client) and self.presented.certificate is None:
            msg = "This client's tokens are bound to a certificate, and it showed none."
            raise errors.InvalidRequestError(description=msg, request=request)
        asked = minting.Asked(
            scopes=list(request.scopes),
            audiences=self.audiences,
            certificate=self.presented.certificate if is_bound(client) else None,
            now=self.now,
        )
        if self.grant is None:
            return minting.for_client(client, asked)
        return minting.for_person(client, self.grant, self.member, asked)

    def access_life(self, _request: Request) -> int:
        """For how many seconds the access token holds."""
        return minting.life_of(self.member, self.now, grants.ACCESS_LIFE)

    def refresh_token(self, _request: Request) -> str:
        """The next refresh token; empty for a client that has no use for one."""
        may = "refresh_token" in self.known.client.get_grant_types()
        return grants.refresh_token(self.begun) if may else ""

    def get_id_token(self, token: dict[str, Any], _handler: Any, _request: Request) -> str:
        """Who signed in."""
        return minting.id_token(
            self.begun, access_token=token["access_token"], facts=self.facts, now=self.now
        )

    def save_token(self, token: dict[str, Any], request: Request, *_: Any, **__: Any) -> None:
        """Nothing is kept of a token; one that is empty is left out."""
        if request.grant_type == devices.DEVICE_GRANT and "openid" in request.scopes:
            token["id_token"] = self.get_id_token(token, None, request)
        if not token.get("refresh_token", "-"):
            del token["refresh_token"]

    def is_origin_allowed(
        self, _client_id: Any, origin: str, _request: Request, *_: Any, **__: Any
    ) -> bool:
        """Whether a page of that origin may read the answer."""
        return self.client is not None and bool(origin in self.client.client.get_cors_origins())

    # What is known so far

    @property
    def known(self) -> ApiClient:
        """The client, once it is known."""
        if self.client is None:
            raise errors.InvalidClientError
        return self.client

    @property
    def begun(self) -> Grant:
        """The grant, once it is known."""
        if self.grant is None:
            raise errors.InvalidGrantError
        return self.grant

    def _use(self, client: ApiClient, request: Request) -> bool:
        self.client = client
        request.client = client
        request.client_id = str(client.pk)
        # The name oauthlib looks for; the field of that name holds the same.
        return bool(request.client.client_id == request.client_id)

    def _take_up(self, grant: Grant | None, request: Request) -> bool:
        if grant is None:
            return False
        if grant.organisation_id is not None:
            member = grants.membership(grant)
            if member is None:
                # A suspended organisation may be restored, and then goes on where it was.
                if grant.organisation is None or grant.organisation.suspended is None:
                    grants.end(grant, reason="the person left the organisation", now=self.now)
                return False
            session = grant.session
            if admission.objection(session, member, address=session.address, now=self.now):
                return False
            self.member = member
        self.grant = grant
        request.user, request.scopes = grant.user, list(grant.scopes)
        return True


def is_bound(client: ApiClient) -> bool:
    """Whether tokens of a client are bound to its certificate."""
    by_certificate = {authentication.TLS, authentication.SELF_SIGNED}
    return bool(client.certificate_bound) or client.auth_method in by_certificate
