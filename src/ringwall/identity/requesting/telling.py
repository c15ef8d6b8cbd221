"""Mail about requests for access: to who can answer one, to who asked, and to both at the end.

Nothing in a mail does anything by itself: its link leads to a page, which asks who is there.
"""

import logging
from collections.abc import Iterable
from typing import Final

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from ringwall.identity.installed import current_facts
from ringwall.identity.models import AccessRequest, RequestState, User
from ringwall.identity.requesting import showing
from ringwall.identity.requesting.answering import approvers
from ringwall.identity.requesting.rules import approvals_of

log = logging.getLogger("ringwall.identity")

_ENDS: Final = {
    RequestState.OVER: "its time is over",
    RequestState.ENDED: "it was ended early",
    RequestState.WITHDRAWN: "it was given back",
    RequestState.LEFT: "whoever had them left, or was shut out",
}


def asked(request: AccessRequest) -> None:
    """Tell those who can approve it. Some may be asked about: nothing is to be held meanwhile."""
    name, needed = request.user.get_full_name(), approvals_of(request.roles, current_facts())
    to = approvers(request, needed=needed)
    if len(to) < needed:
        log.warning("%s takes %s people to approve, and %s can", request, needed, len(to))
    with transaction.atomic():
        _send(
            request,
            to,
            subject=f"{name} asks for access to {request.organisation.name}",
            text=f"{request.user.in_full()} asks for access and waits for an answer.",
            page=_answers(request),
            action="See and answer the request",
        )


def granted(request: AccessRequest) -> None:
    """Tell who asked that they have it."""
    _tell_asker(
        request,
        subject=f"You have access to {request.organisation.name}",
        text="Your request was approved. What you asked for is yours from now on, for some time.",
    )


def denied(request: AccessRequest) -> None:
    """Tell who asked that they do not get it, and why."""
    _tell_asker(
        request,
        subject=f"Your request for access to {request.organisation.name} was denied",
        text="You do not get what you asked for.",
    )


def unanswered(request: AccessRequest) -> None:
    """Tell who asked that nobody answered."""
    _tell_asker(
        request,
        subject=f"Nobody answered your request for access to {request.organisation.name}",
        text="Your request is over. Ask again if you still need it.",
    )


def _tell_asker(request: AccessRequest, *, subject: str, text: str) -> None:
    page, action = reverse("requests"), "See your requests"
    _send(request, [request.user], subject=subject, text=text, page=page, action=action)


def ended(request: AccessRequest) -> None:
    """Tell who had it and who approved it that it is over."""
    name, why = request.user.get_full_name(), _ENDS[RequestState(request.state)]
    approved = request.approvals.select_related("user").exclude(user=None)
    place = request.organisation.name
    for one in (request.user, *(approval.user for approval in approved)):
        if one is None:
            continue
        is_theirs = one.pk == request.user_id
        whose = "Your" if is_theirs else f"{name}'s"
        _send(
            request,
            [one],
            subject=f"{whose} access to {place} for some time is over",
            text=f"{whose} roles for some time in {place} are over: {why}.",
            page=reverse("requests") if is_theirs else _answers(request),
            action="See your requests" if is_theirs else "See the requests",
        )


def _answers(request: AccessRequest) -> str:
    return reverse("organisation_requests", args=[request.organisation.slug])


def _send(
    request: AccessRequest,
    to: Iterable[User],
    *,
    subject: str,
    text: str,
    page: str,
    action: str,
) -> None:
    facts = current_facts()
    for person in to:
        context = {
            "person": person,
            "subject": subject,
            "text": text,
            "facts": showing.told(request),
            "link": facts.origin + page if facts.settings.host else "",
            "action": action,
            "company": facts.settings.name,
        }
        mail = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string("identity/mail/request.txt", context).strip() + "\n",
            from_email=facts.settings.mail.sender,
            to=[person.email],
        )
        mail.attach_alternative(
            render_to_string("identity/mail/request.html", context), "text/html"
        )
        mail.send()
