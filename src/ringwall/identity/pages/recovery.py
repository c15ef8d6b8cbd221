"""Where a recovery link leads: one question, then setting up anew."""

from typing import Final

from django import forms
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ringwall.identity import alerts, enrolment, recovery, sessions
from ringwall.identity.browser_sessions import kept_key
from ringwall.identity.pages.errors import refused
from ringwall.identity.passwords import LONGEST
from ringwall.identity.secrets import hash_of

_LINK: Final = "ringwall_recovery_link"


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def recover(request: HttpRequest) -> HttpResponse:
    """Take the link off the address; use it when its holder says so, since mail scanners do not."""
    if "secret" in request.GET:
        # Whoever is signed in stays so until the link is used: a page elsewhere may lead here.
        request.session[_LINK] = hash_of(request.GET["secret"][:200])
        return HttpResponseRedirect(reverse("recover"))
    if request.method == "GET":
        return render(request, "identity/recovery/start.html")
    link = recovery.take(str(request.session.pop(_LINK, "")))
    if link is None:
        return refused(
            request,
            title="This link does not work",
            text="It was used, replaced or is over 15 minutes old. To get a new one, run "
            "`ringwall admin recover` on the host.",
            status=410,
        )
    recovery.sign_in(request, link)
    return HttpResponseRedirect(reverse("enrol"))


class NewPassword(forms.Form):
    """A password in place of one that was lost."""

    password = forms.CharField(
        label="New password",
        max_length=LONGEST,
        strip=False,
        help_text="At least 10 characters; four or five unrelated words are best.",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """For whoever came by a recovery link: a new password, without the old one."""
    session = sessions.current(request)
    if session is None or not enrolment.is_recovering(request):
        return HttpResponseRedirect(reverse("account_change_password"))
    form = NewPassword(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen, person = form.cleaned_data["password"], session.user
        try:
            validate_password(chosen, person)
        except ValidationError as error:
            form.add_error("password", error)
        else:
            person.set_password(chosen)
            person.save(update_fields=["password"])
            update_session_auth_hash(request, person)
            session.key = kept_key(request.session.session_key)
            session.save(update_fields=["key"])
            sessions.end_all(person, reason="the password changed", but=session)
            alerts.tell(person, alerts.PASSWORD_CHANGED, request=request)
            return HttpResponseRedirect(reverse("enrol"))
    return render(request, "identity/recovery/password.html", {"form": form})


urlpatterns: list[URLPattern] = [
    path("", recover, name="recover"),
    path("/password", password, name="recovery_password"),
]
