"""The page behind the one-time link: the first administrator, with a factor from the beginning."""

import uuid
from base64 import b64encode
from collections.abc import Callable
from typing import Any, Final

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter as factor_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from django import forms
from django.contrib.auth import logout
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ringwall.identity import factors, first, founding, sessions
from ringwall.identity.founding import FoundedBeforeError, Founder
from ringwall.identity.installed import current_facts
from ringwall.identity.models import User
from ringwall.identity.pages.errors import refused
from ringwall.identity.passkeys import CredentialField
from ringwall.identity.passwords import LONGEST
from ringwall.identity.sealing import UnsealingError, seal, unseal
from ringwall.identity.secrets import hash_of
from ringwall.runtime.current import current_installation

_LINK: Final = "ringwall_first_link"
_FOUNDER: Final = "ringwall_first_founder"
_TOTP: Final = "ringwall_first_totp"
_NEW: Final = "run `ringwall admin link` on the host: it prints a new one, valid for 15 minutes."


class WhoForm(forms.Form):
    """Who becomes the first administrator."""

    name = forms.CharField(
        label="Your name", max_length=150, widget=forms.TextInput({"autocomplete": "name"})
    )
    email = forms.EmailField(
        label="Mail address",
        max_length=254,
        help_text="You sign in with it, and warnings go there.",
        widget=forms.EmailInput({"autocomplete": "username"}),
    )


class PasswordForm(forms.Form):
    """The password of the first administrator, who signs in with an authenticator app as well."""

    password = forms.CharField(
        label="Password",
        max_length=LONGEST,
        strip=False,
        help_text="At least 10 characters; four or five unrelated words are best.",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, person: User, **more: Any) -> None:
        super().__init__(*args, **more)
        self._person = person

    def clean_password(self) -> str:
        """Refuse what would be guessed."""
        password: str = self.cleaned_data["password"]
        validate_password(password, self._person)
        return password


class CodeForm(forms.Form):
    """The first code of the authenticator app."""

    code = forms.CharField(
        label="Code from the app",
        max_length=12,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class PasskeyForm(forms.Form):
    """What the browser made."""

    credential = CredentialField()


View = Callable[..., HttpResponse]


def _with_link(view: View) -> View:
    """Let in who came by a link that is good now; say what is wrong with any other."""

    def guarded(request: HttpRequest) -> HttpResponse:
        wrong = _objection(request)
        return wrong if wrong is not None else view(request)

    return sensitive_post_parameters()(never_cache(require_http_methods(["GET", "POST"])(guarded)))


def _objection(request: HttpRequest) -> HttpResponse | None:
    state, kept = current_installation().state, request.session.get(_LINK, "")
    if founding.has_owner():
        first.settle(state, has_administrator=True)
        return refused(
            request,
            title="There is an administrator already",
            text="This link has done its work. Sign in, or ask an administrator to invite you.",
            status=410,
        )
    standing = first.standing(state, kept, timezone.now())
    if standing is first.Standing.GOOD:
        return None
    if standing is first.Standing.LATE:
        return refused(
            request,
            title="This link is too old",
            text=f"It was valid for 15 minutes. To get in, {_NEW}",
            status=410,
        )
    return refused(
        request,
        title="This link does not work",
        text=f"It was replaced by a newer one, or is not complete. To get in, {_NEW}",
        status=404,
    )


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def who(request: HttpRequest) -> HttpResponse:
    """Take the link off the address, then ask who is here."""
    if "secret" in request.GET and not founding.has_owner():
        # Nobody can have a session yet; once somebody has, a link to here must not end it.
        # Whoever is signed in stays so: a link alone must not end a session.
        request.session[_LINK] = hash_of(request.GET["secret"][:200])
        return HttpResponseRedirect(reverse("first"))
    return _who(request)


def _ask_who(request: HttpRequest) -> HttpResponse:
    form = WhoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        founder = Founder.called(form.cleaned_data["email"], form.cleaned_data["name"])
        _keep(request, founder)
        way = "first_password" if request.POST.get("way") == "password" else "first_passkey"
        return HttpResponseRedirect(reverse(way))
    return render(request, "identity/first/who.html", {"form": form})


_who = _with_link(_ask_who)


@_with_link
def passkey(request: HttpRequest) -> HttpResponse:
    """Make a passkey and be in."""
    founder = _kept(request)
    if founder is None:
        return HttpResponseRedirect(reverse("first"))
    form = PasskeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        credential = form.cleaned_data["credential"]

        def keep(person: User) -> None:
            webauthn.WebAuthn.add(person, "First passkey", credential)

        if _is_sound(credential):
            return _finish(request, founder, keep)
        form.add_error(None, "The browser made no passkey that can be used. Try once more.")
    options = webauthn.begin_registration(founder.person, passwordless=True)
    context = {"form": form, "js_data": {"creation_options": options}, "person": founder}
    return render(request, "identity/first/passkey.html", context)


def _is_sound(credential: Any) -> bool:
    """Whether a new passkey answers our question and its holder was verified."""
    try:
        webauthn.parse_registration_response(credential)
        return bool(webauthn.complete_registration(credential).is_user_verified())
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        return False


@_with_link
def password(request: HttpRequest) -> HttpResponse:
    """Choose a password; the app comes next."""
    founder = _kept(request)
    if founder is None:
        return HttpResponseRedirect(reverse("first"))
    form = PasswordForm(request.POST or None, person=founder.person)
    if request.method == "POST" and form.is_valid():
        kept = make_password(form.cleaned_data["password"])
        _keep(
            request, Founder(id=founder.id, email=founder.email, name=founder.name, password=kept)
        )
        return HttpResponseRedirect(reverse("first_app"))
    return render(request, "identity/first/password.html", {"form": form, "person": founder})


@_with_link
def app(request: HttpRequest) -> HttpResponse:
    """Set the authenticator app up and be in."""
    founder = _kept(request)
    if founder is None or not founder.password:
        return HttpResponseRedirect(reverse("first"))
    secret = _totp_secret(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        counter = factors.counter_of(secret, form.cleaned_data["code"])
        if counter is None:
            form.add_error("code", "This code is not right. Wait for the next one and type that.")
        else:

            def keep(person: User) -> None:
                factors.keep_app(person, secret, used=counter)

            return _finish(request, founder, keep)
    adapter = factor_adapter()
    url = adapter.build_totp_url(founder.person, secret)
    image = b64encode(adapter.build_totp_svg(url).encode()).decode("ascii")
    context = {"form": form, "image": f"data:image/svg+xml;base64,{image}", "secret": secret}
    return render(request, "identity/first/app.html", context)


def _finish(
    request: HttpRequest, founder: Founder, add_factors: Callable[[User], None]
) -> HttpResponse:
    """Make the administrator, once, and sign them in with what they have just shown."""
    state = current_installation().state
    with first.taking(state):
        wrong = _objection(request)
        if wrong is not None:
            return wrong
        try:
            person = founding.found(founder, current_facts(), add_factors=add_factors)
        except FoundedBeforeError:
            return _objection(request) or HttpResponseRedirect(reverse("first"))
        first.settle(state, has_administrator=True)
    for name in (_LINK, _FOUNDER, _TOTP):
        request.session.pop(name, None)
    if request.user.is_authenticated:
        logout(request)
    if founder.password:
        record_authentication(request, person, method="password", email=person.email)
    factor = Authenticator.objects.filter(user=person).exclude(type="recovery_codes").get()
    with_passkey = factor.type == Authenticator.Type.WEBAUTHN
    record_authentication(
        request, person, "mfa", id=factor.pk, type=factor.type, passwordless=with_passkey or None
    )
    factors.add_recovery_codes(person)
    get_adapter(request).login(request, person)
    sessions.log.warning("%s is the first administrator", person.subject)
    return HttpResponseRedirect(reverse("mfa_view_recovery_codes"))


def _keep(request: HttpRequest, founder: Founder) -> None:
    request.session[_FOUNDER] = {
        "id": founder.id.hex,
        "email": founder.email,
        "name": founder.name,
        "password": founder.password,
    }


def _kept(request: HttpRequest) -> Founder | None:
    found = request.session.get(_FOUNDER)
    if not isinstance(found, dict):
        return None
    return Founder(
        id=uuid.UUID(found["id"]),
        email=found["email"],
        name=found["name"],
        password=found["password"],
    )


def _totp_secret(request: HttpRequest) -> str:
    """The secret that the page shows, the same until it is taken; kept encrypted meanwhile."""
    try:
        return unseal(request.session.get(_TOTP, "")).decode("ascii")
    except UnsealingError:
        secret: str = totp.generate_totp_secret()
        request.session[_TOTP] = seal(secret.encode("ascii"))
        return secret


urlpatterns: list[URLPattern] = [
    path("", who, name="first"),
    path("/passkey", passkey, name="first_passkey"),
    path("/password", password, name="first_password"),
    path("/app", app, name="first_app"),
]
