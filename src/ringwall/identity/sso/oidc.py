"""OpenID Connect: the authorization code flow with PKCE, and an ID token that is really judged."""

import hmac
import secrets
from collections.abc import Mapping
from typing import Any, Final

import jwt
import requests
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from ringwall.identity.installed import current_facts
from ringwall.identity.models import Connection
from ringwall.identity.sso import documents, forcing, origins
from ringwall.identity.sso.arriving import Asserted, text_list

ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "EdDSA",
)
"""Signatures with a public key; a secret shared by both proves nothing to us."""


class NotAnewError(OAuth2Error):
    """The provider was told to ask the person anew, and does not say that it did."""


class Adapter(OpenIDConnectOAuth2Adapter):
    """How the library speaks to one connection's provider.

    ``question`` is what this browser's session keeps of what it asked; empty when it asked nothing.
    """

    question: Mapping[str, Any] = {}

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery section 4).

        ``OAuth2Error`` when it is not that, or speaks for another issuer.
        """
        try:
            found = documents.document(self.get_provider().server_url)
        except requests.RequestException:
            raise
        except ValueError as error:
            msg = "the provider's discovery document cannot be read"
            raise OAuth2Error(msg) from error
        issuer = self.get_provider().app.settings["server_url"]
        said = str(found.get("issuer", ""))
        if said.rstrip("/") != issuer.rstrip("/"):
            msg = f"the provider calls itself {said!r}, not {issuer!r}"
            raise OAuth2Error(msg)
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(found.get(name), str):
                msg = f"the provider's discovery document has no {name}"
                raise OAuth2Error(msg)
        self.target(found)
        return found

    def target(self, said: Mapping[str, Any] | None = None) -> str:
        """The origin that browsers are sent to; ``OAuth2Error`` when the provider names none."""
        said = self.openid_config if said is None else said
        private = bool(self.get_provider().app.settings["private_network"])
        url, what = str(said["authorization_endpoint"]), "the provider's authorization_endpoint"
        try:
            return origins.origin_of(url, what, private=private)
        except ValueError as error:
            raise OAuth2Error(str(error)) from error

    @property
    def basic_auth(self) -> bool:
        """Whether we show our secret in a header, which every provider is to understand.

        OpenID Connect Discovery section 3: so it is when the provider does not say.
        """
        methods = self.openid_config.get("token_endpoint_auth_methods_supported")
        return not methods or "client_secret_basic" in methods

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Where the provider sends people back to."""
        del request, app
        return current_facts().origin + reverse("sign_on_callback", args=[self.provider_id])

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **more: Any
    ) -> Any:
        """Judge what came back; ``OAuth2Error`` when any of it is wrong."""
        answer = more["response"]
        if not isinstance(answer.get("id_token"), str):
            msg = "the provider sent no ID token"
            raise OAuth2Error(msg)
        said = self._judge(app, answer["id_token"])
        if "userinfo_endpoint" in self.openid_config:
            more_said = self._fetch_user_info(token.token)
            if not isinstance(more_said, dict) or more_said.get("sub") != said["sub"]:
                msg = "the provider's user info is of somebody else (OpenID Connect Core 5.3.2)"
                raise OAuth2Error(msg)
            said = {**more_said, **said}
        return self.get_provider().sociallogin_from_response(request, {"id_token": said})

    def _judge(self, app: SocialApp, token: str) -> dict[str, Any]:
        """The claims of an ID token (OpenID Connect Core section 3.1.3.7)."""
        try:
            header = jwt.get_unverified_header(token)
            algorithm = header.get("alg")
            if algorithm not in ALGORITHMS:
                msg = f"the ID token is signed with {algorithm!r}"
                raise OAuth2Error(msg)
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key(header.get("kid"), str(algorithm)),
                algorithms=[str(algorithm)],
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=forcing.SKEW,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
            msg = f"the ID token is not valid: {error}"
            raise OAuth2Error(msg) from error
        nonce = self.question.get("nonce")
        if not nonce or not hmac.compare_digest(str(claims.get("nonce", "")), str(nonce)):
            msg = "the ID token answers another question: its nonce is not the one that was sent"
            raise OAuth2Error(msg)
        since = forcing.since(self.question)
        if since is not None and not forcing.is_met(since, claims.get("auth_time")):
            msg = f"the person was to sign in anew, and auth_time is {claims.get('auth_time')!r}"
            raise NotAnewError(msg)
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != app.client_id:
            msg = "the ID token was made for another client"
            raise OAuth2Error(msg)
        return claims

    def _key(self, kid: str | None, algorithm: str) -> Any:
        url = self.openid_config["jwks_uri"]
        keys = _keys_named(kid, documents.document(url))
        if len(keys) != 1:  # perhaps a newer one than we know
            keys = _keys_named(kid, documents.document(url, younger_than=documents.AGAIN))
        if len(keys) != 1:
            msg = f"the provider has {len(keys)} keys {kid!r}"
            raise OAuth2Error(msg)
        return jwt.PyJWK(keys[0], algorithm=algorithm).key


def _keys_named(kid: str | None, said: dict[str, Any]) -> list[Any]:
    """The keys of a set (RFC 7517 section 5) that sign, with this name if one is given."""
    return [
        one
        for one in said.get("keys", [])
        if isinstance(one, dict)
        and one.get("use", "sig") == "sig"
        and (kid is None or one.get("kid") == kid)
    ]


def ask(adapter: Adapter, request: HttpRequest, *, then: str | None, forced: bool) -> Any:
    """Send the browser to the provider; ``forced`` lets it ask the person again, whoever is there.

    The answer is for this question alone (``nonce``, OpenID Connect Core section 3.1.2.1).
    """
    provider = adapter.get_provider()
    provider.oauth2_adapter_class = Adapter
    nonce = secrets.token_urlsafe(24)
    parameters = {"nonce": nonce, **({"prompt": "login", "max_age": "0"} if forced else {})}
    kept = forcing.kept(timezone.now()) if forced else {}
    return provider.redirect(
        request, process="login", next_url=then, auth_params=parameters, nonce=nonce, **kept
    )


def asserted(connection: Connection, said: dict[str, Any]) -> Asserted:
    """What an ID token and user info say of a person."""
    verified = said.get("email_verified")
    return Asserted(
        uid=str(said.get("sub", "")),
        email=str(said.get("email") or said.get("upn") or ""),
        name=str(said.get("name") or ""),
        groups=text_list(said.get(connection.groups_claim, [])),
        email_verified=None if verified is None else str(verified).lower() == "true",
        proven=forcing.moment(said.get("auth_time")),
    )
