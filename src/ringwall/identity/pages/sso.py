"""Single sign-on as people see it: whose address is it, off to the provider, and back."""

import logging
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import requests
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.sessions import LoginSession
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from ringwall.identity import sessions
from ringwall.identity.models import Connection, Session, User
from ringwall.identity.pages.errors import busy, not_anew, refused
from ringwall.identity.provider import markers
from ringwall.identity.sso import connections, fetching, forcing, oidc, origins, saml
from ringwall.identity.sso.domains import owner_of
from ringwall.identity.sso.oidc import Adapter

log = logging.getLogger("ringwall.identity")

_SAML_COOKIE: Final = "__Secure-ringwall-saml"
_UNREACHABLE: Final = "Its provider cannot be reached at the moment. Try again in a minute."


class Address(forms.Form):
    """Whose sign-on to go to."""

    email = forms.EmailField(label="Work mail address", max_length=254)


@require_http_methods(["GET", "HEAD", "POST"])
def discover(request: HttpRequest) -> HttpResponse:
    """Ask for the mail address, and go to the sign-on of its domain.

    Only domains decide: whether anybody has an account is not asked.
    """
    form = Address(request.POST or None)
    then = request.POST.get("next") or request.GET.get("next") or ""
    if request.method == "POST" and form.is_valid():
        organisation = owner_of(form.cleaned_data["email"])
        found = organisation and organisation.connections.filter(enabled=True).first()
        if found:
            query = f"?{urlencode({'next': then})}" if _is_ours(then) else ""
            return HttpResponseRedirect(reverse("sign_on", args=[found.slug]) + query)
        form.add_error("email", "There is no single sign-on for this domain: sign in otherwise.")
    return render(request, "identity/sign_on/discover.html", {"form": form, "next": then})


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Say where it goes, and go there on POST."""
    connection = connections.usable(slug)
    if connection is None:
        return _unknown(request)
    then = request.POST.get("next") or request.GET.get("next") or ""
    forced = "again" in (request.POST if request.method == "POST" else request.GET)
    try:
        with _reaching(connection):
            if request.method == "POST":
                return _off(request, connection, then if _is_ours(then) else None, forced=forced)
            target = _target(request, connection)
    except (requests.RequestException, OAuth2Error, ValueError, KeyError) as error:
        return _trouble(request, connection, error)
    request.ringwall_form_targets = (target,)  # type: ignore[attr-defined]
    told = {
        "connection": connection,
        "organisation": connection.organisation,
        "next": then,
        "again": forced,
    }
    return render(request, "identity/sign_on/begin.html", told)


@require_GET
def callback(request: HttpRequest, slug: str) -> HttpResponse:
    """Where OpenID providers send people back to."""
    connection = connections.usable(slug)
    if connection is None or connection.protocol != Connection.Protocol.OIDC:
        return _unknown(request)
    adapter = Adapter(request, slug)
    asked = statekit.get_states(request).get(request.GET.get("state", ""))
    adapter.question = question = asked[0] if asked is not None and asked[2] == slug else {}
    before, waiting = sessions.current(request), markers.waiting(request)
    with _reaching(connection):
        try:
            view = OAuth2CallbackView.adapter_view(adapter)
            answer: HttpResponse = view(request)
        except ImmediateHttpResponse as done:
            return done.response  # type: ignore[no-any-return]
        except (requests.RequestException, OAuth2Error, ValueError, KeyError) as error:
            return _trouble(request, connection, error)
    _arrived(request, question, before, waiting)
    return answer


@csrf_exempt  # the provider's page sends it; what is inside is signed, and answers our request
@require_POST
def acs(request: HttpRequest, slug: str) -> HttpResponse:
    """Where SAML providers send people back to. Our own cookies come only with the next request."""
    connection = connections.usable(slug)
    if connection is None or connection.protocol != Connection.Protocol.SAML:
        return _unknown(request)
    try:
        found = saml.read(connection, request.POST.get("SAMLResponse", ""))
    except saml.SamlError as error:
        log.error("connection %s: %s", slug, error)  # noqa: TRY400 - the text says it all
        return _not_valid(request, connection)
    answer = HttpResponseRedirect(reverse("sign_on_finish", args=[slug]))
    answer.status_code = 303
    kept = LoginSession(request, "ringwall_saml", _SAML_COOKIE)
    kept.store["answer"] = found.to_json()
    kept.store.set_expiry(120)
    kept.save(answer)
    answer.cookies[_SAML_COOKIE]["httponly"] = True
    return answer


@require_GET
def finish(request: HttpRequest, slug: str) -> HttpResponse:
    """Let in whom a SAML provider proved, in the browser that asked it to."""
    connection = connections.usable(slug)
    if connection is None or connection.protocol != Connection.Protocol.SAML:
        return _unknown(request)
    kept = LoginSession(request, "ringwall_saml", _SAML_COOKIE)
    told = kept.store.get("answer")
    kept.delete()
    if told is None:
        log.error("connection %s: the browser came without an answer", slug)
        return _not_valid(request, connection)
    found = saml.Answer.from_json(told)
    provider = get_adapter().get_provider(request, provider=slug)
    state: dict[str, Any] = {"process": "login"}
    if found.answers is not None:
        kept_state = statekit.unstash_state(request, provider_id=slug, state_id=found.answers)
        if kept_state is None:
            log.error("connection %s: the answer is to a question of another browser", slug)
            return _not_valid(request, connection)
        state = kept_state
    since = forcing.since(state)
    if since is not None and not forcing.is_met(since, found.asserted.proven):
        log.error("connection %s: the person was to sign in anew, and did not", slug)
        return not_anew(request, connection.organisation.name)
    account = SocialAccount(provider=slug, uid=found.asserted.uid)
    login = SocialLogin(user=User(), account=account, provider=provider)
    login.state, login.ringwall_asserted = state, found.asserted
    before, waiting = sessions.current(request), markers.waiting(request)
    answer: HttpResponse = complete_social_login(request, login)
    _arrived(request, state, before, waiting)
    return answer


@require_safe
def metadata(request: HttpRequest, slug: str) -> HttpResponse:
    """What a SAML provider's administrator needs of us."""
    connection = connections.usable(slug)
    if connection is None or connection.protocol != Connection.Protocol.SAML:
        return _unknown(request)
    return HttpResponse(saml.metadata(connection), content_type="application/samlmetadata+xml")


def _arrived(
    request: HttpRequest,
    question: Mapping[str, Any],
    before: Session | None,
    waiting: dict[str, dict[str, Any]],
) -> None:
    """Note what a new session has of the one before; nothing when nobody came in."""
    if not forcing.has_arrived(request):
        return
    forcing.note(request, question, timezone.now())
    markers.carry_over(request, waiting, of=before)


def _not_valid(request: HttpRequest, connection: Connection) -> HttpResponse:
    return refused(
        request,
        title="That sign-in does not count",
        text=f"What the sign-on of {connection.organisation.name} sent was not valid, too old, or "
        "used before. Begin again; if it stays so, tell its administrator.",
        status=403,
    )


def _off(
    request: HttpRequest, connection: Connection, then: str | None, *, forced: bool
) -> HttpResponse:
    if connection.protocol == Connection.Protocol.SAML:
        return HttpResponseRedirect(saml.begin(request, connection, then=then, forced=forced))
    adapter = Adapter(request, connection.slug)
    answer: HttpResponse = oidc.ask(adapter, request, then=then, forced=forced)
    return answer


def _target(request: HttpRequest, connection: Connection) -> str:
    """The origin that the form leads to, which the page's policy has to allow."""
    if connection.protocol == Connection.Protocol.SAML:
        private = connection.settings.get("private_network") is True
        url = str(connection.settings["sso_url"])
        return origins.origin_of(url, "the address of sign-on", private=private)
    return Adapter(request, connection.slug).target()


def _reaching(connection: Connection) -> Any:
    private = connection.settings.get("private_network") is True
    return fetching.reaching(private=private, whose=connection.slug)


def _is_ours(url: str) -> bool:
    return bool(url) and bool(get_account_adapter().is_safe_url(url))


def _trouble(request: HttpRequest, connection: Connection, error: Exception) -> HttpResponse:
    log.error("connection %s: %s: %s", connection.slug, type(error).__name__, error)
    if isinstance(error, fetching.BusyError):
        return busy(request)
    if isinstance(error, oidc.NotAnewError):
        return not_anew(request, connection.organisation.name)
    away = isinstance(error, requests.RequestException)
    name = connection.organisation.name
    return refused(
        request,
        title="Single sign-on does not work now",
        text=_UNREACHABLE
        if away
        else f"The sign-on of {name} is set up wrongly. Tell its administrator what you tried.",
        status=502,
    )


def _unknown(request: HttpRequest) -> HttpResponse:
    return refused(
        request,
        title="There is no such sign-on",
        text="It was removed, or the link is wrong. Begin again with your mail address.",
        status=404,
    )
