"""What stands before every page of somebody signed in: enrolment, and a fresh proof."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from ringwall.identity.enrolment import NEXT, Step, is_fresh, is_recovering, may_remove, missing
from ringwall.identity.models import Session, User
from ringwall.identity.pages.errors import refused
from ringwall.identity.pages.step_up import prove_again
from ringwall.identity.sessions import records_of
from ringwall.identity.strength import NEVER

_ALWAYS: Final = frozenset({"enrol", "account_logout", "provider_logout"})
_SHOW: Final = _ALWAYS | {
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}
_ADD_PASSKEY: Final = _SHOW | {"mfa_add_webauthn"}
_ADD: Final = _ADD_PASSKEY | {"mfa_activate_totp"}
_OPEN: Final = {
    Step.ADD_FACTOR: _ADD,
    Step.ADD_PASSKEY: _ADD_PASSKEY,
    Step.SHOW_FACTOR: _SHOW,
    Step.SHOW_PASSKEY: _SHOW,
}
_RECOVERING: Final = frozenset({"recover", "recovery_password", "mfa_deactivate_totp"})
_CHANGES: Final = frozenset(
    {
        "mfa_add_webauthn",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_remove_webauthn",
        "mfa_edit_webauthn",
        "mfa_generate_recovery_codes",
        "account_email",
        "account_change_password",
        "account_set_password",
    }
)
"""Pages that change how somebody signs in: never without a fresh proof of the strongest factor."""
_OWN: Final = frozenset({"account_email", "account_set_password"})
"""What would be the person's own from then on, and lets in everywhere: it is changed by nobody
behind whom only a customer's provider stands (:mod:`~ringwall.identity.vouching`)."""
_REMOVES: Final = {"mfa_deactivate_totp": "totp", "mfa_remove_webauthn": "webauthn"}
_TOUCHES: Final = {
    **_REMOVES,
    "mfa_edit_webauthn": "webauthn",
    "mfa_generate_recovery_codes": "recovery_codes",
    "mfa_view_recovery_codes": "recovery_codes",
    "mfa_download_recovery_codes": "recovery_codes",
}
"""Pages that change, replace or show a factor that is there, and its kind."""


class Enrolment:
    """Stands before every page of somebody signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; what is decided is decided once the page is known."""
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Lead to what is missing, or to a fresh proof; hold removals against each other."""
        session: Session | None = getattr(request, "ringwall_session", None)
        if session is None or request.resolver_match is None:
            return None
        name = request.resolver_match.url_name or ""
        if name == "enter" and request.method == "POST":
            return None  # what was sent is kept there for whoever comes back enrolled
        if name == "authorize" and "none" in request.GET.get("prompt", "").split():
            return None  # a client that lets no page be shown is told so by the page itself
        step = missing(request, session)
        recovering = is_recovering(request)
        if step is not None and name not in _OPEN[step] | (_RECOVERING if recovering else set()):
            return _led(request, step)
        if name in _OWN and request.method == "POST" and session.vouched_by:
            return _not_own(request)
        if name in _TOUCHES and not _is_theirs(request, session, kwargs):
            return _not_own(request)
        if name in _CHANGES and not is_fresh(request):
            return _asked_again(request, session)
        if name in _REMOVES and request.method == "POST":
            with transaction.atomic():
                return _removed(request, view, args, kwargs, session)
        if step is None and name == "mfa_index" and request.session.get(NEXT):
            return HttpResponseRedirect(request.session.pop(NEXT))
        return None


def _not_own(request: HttpRequest) -> HttpResponse:
    return refused(
        request,
        title="Not from this sign-in",
        text="You came by your organisation's single sign-on, which does not change this. Sign "
        "out, ask on the sign-in page for a link to set a password, and come back with that.",
        status=403,
    )


def _is_theirs(request: HttpRequest, session: Session, kwargs: Any) -> bool:
    """Whether the factors of a page are for a session to touch: those it could have added itself.

    Behind whom only a customer's provider stands touches what was added so, and what they have just
    shown: an app of the person's own, whose code makes no other session of theirs.
    """
    if not session.vouched_by:
        return True
    chosen = _chosen(request, session, kwargs)
    foreign = chosen.exclude(vouchedfactor__by=session.vouched_by)
    shown = {one.get("id") for one in records_of(request, session.user)}
    return all(one.pk in shown for one in foreign)


def _chosen(request: HttpRequest, session: Session, kwargs: Any) -> "QuerySet[Authenticator]":
    """The factors that a page is about; none where there is no such one."""
    assert request.resolver_match is not None  # noqa: S101 - asked before
    kind = _TOUCHES[request.resolver_match.url_name or ""]
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=session.user_id, type=kind)
    return found.filter(pk=kwargs["pk"]) if "pk" in kwargs else found


def _led(request: HttpRequest, step: Step) -> HttpResponse:
    if request.method not in {"GET", "HEAD"} or "text/html" not in request.headers.get(
        "Accept", ""
    ):
        return JsonResponse(
            {
                "type": "about:blank",
                "title": "Forbidden",
                "status": 403,
                "detail": f"First {step}, at {reverse('enrol')}.",
            },
            status=403,
            content_type="application/problem+json",
        )
    if request.path != "/":
        request.session[NEXT] = request.get_full_path()
    return HttpResponseRedirect(reverse("enrol"))


def _asked_again(request: HttpRequest, session: Session) -> HttpResponse | None:
    """Lead to a proof of the strongest somebody has; ``None`` where there is nothing to show."""
    methods = get_adapter().get_reauthentication_methods(session.user)
    if not methods:
        if session.connection is not None and session.proven != NEVER:
            return prove_again(request, session.user, factor="")
        return refused(
            request,
            title="Please sign in again",
            text="To change how you sign in, sign out and in again, then come back.",
            status=403,
        )
    # What was sent is not kept meanwhile: it may hold a password.
    back = quote(request.get_full_path(), safe="")
    return HttpResponseRedirect(f"{methods[0]['url']}?next={back}")


def _removed(
    request: HttpRequest,
    view: Callable[..., HttpResponse],
    args: Any,
    kwargs: Any,
    session: Session,
) -> HttpResponse | None:
    """Remove a factor while nobody else can remove another of the same person."""
    User.objects.select_for_update().get(pk=session.user_id)
    chosen = _chosen(request, session, kwargs).first()
    if chosen is not None and not may_remove(chosen, session, recovering=is_recovering(request)):
        return refused(
            request,
            title="This one has to stay",
            text="It is the last sign-in method of the kind that is asked of you. "
            "Add another one first, then remove this.",
            status=403,
        )
    return view(request, *args, **kwargs)
