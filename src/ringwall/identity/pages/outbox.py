"""The outbox: to whom mail goes, what became of it, and for owners what it says."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_safe

from ringwall.access.actions import Action
from ringwall.identity import outbox as words
from ringwall.identity import sessions
from ringwall.identity.authority import may_read_mail
from ringwall.identity.installed import current_facts
from ringwall.identity.models import OutgoingMail
from ringwall.identity.pages.company import company_only
from ringwall.identity.pages.step_up import is_enough, prove_again
from ringwall.identity.sessions import log

_AT_ONCE: Final = 50
_FRESH: Final = "900"
"""Seconds."""


@require_safe
@company_only(Action.OUTBOX_SEE)
def outbox(request: HttpRequest) -> HttpResponse:
    """Mail, the newest first; ``before`` in the query is the number to go on below."""
    rows = OutgoingMail.objects.order_by("-pk").defer("body", "html")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 16:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: _AT_ONCE + 1])
    shown = found[:_AT_ONCE]
    told = {
        "rows": [(one, words.state_of(one)) for one in shown],
        "older": shown[-1].pk if len(found) > _AT_ONCE else None,
        "reads": may_read_mail(sessions.signed_in(request).user),
        "sends": current_facts().settings.mail.smtp is not None,
    }
    return render(request, "identity/outbox.html", told)


@require_safe
@company_only(Action.MAIL_READ)
def mail(request: HttpRequest, number: int) -> HttpResponse:
    """What one mail says, to owners who have just shown two factors."""
    session = sessions.signed_in(request)
    if not is_enough(session, factor="mfa", within=_FRESH):
        return prove_again(request, session.user, factor="mfa")
    found = get_object_or_404(OutgoingMail, pk=number)
    complete = words.shows_secrets(found, current_facts().settings.mail)
    log.warning("mail %s is read by %s%s", found.pk, session.user.subject, " in full" * complete)
    told = {
        "mail": found,
        "state": words.state_of(found),
        "text": (found.body if complete else words.without_secrets(found.body)).strip(),
        "complete": complete,
    }
    return render(request, "identity/mail.html", told)


urlpatterns: list[URLPattern | URLResolver] = [
    path("outbox", outbox, name="outbox"),
    path("outbox/<int:number>", mail, name="mail"),
]
