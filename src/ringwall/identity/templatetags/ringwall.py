"""What our templates ask for."""

from datetime import datetime
from typing import Any, Final

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BoundField, CheckboxInput
from django.utils import timezone

from ringwall.identity import moments
from ringwall.identity.config import SignUp
from ringwall.identity.installed import current_facts, where_is
from ringwall.identity.pages import navigation as pages

register = template.Library()

_LABELS: Final = {
    "Email": "Mail address",
    "E-mail": "Mail address",
    "New Password": "New password",
    "New Password (again)": "New password, once more",
    "Password (again)": "Password, once more",
    "Current Password": "Current password",
    "Grant permissions": "It may",
}
"""The libraries' words for fields, in ours."""
_DIGITS: Final = 6
_TONES: Final = {"success": "good", "warning": "warn", "error": "danger"}


@register.filter
def tone(message: Message) -> str:
    """The class of the notice that shows a message."""
    return _TONES.get(message.level_tag, "")


@register.filter
def is_check(field: BoundField) -> bool:
    """Whether a field is one box to tick, whose label stands beside it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def ago(moment: datetime | None) -> str:
    """How long ago something was, in words: ``just now``, ``5 minutes ago``, ``on 3 May 2026``."""
    return "never" if moment is None else moments.ago(moment, timezone.now())


@register.filter
def ahead(moment: datetime) -> str:
    """How far away something is, in words: ``in 5 hours``, ``on 3 May 2026``."""
    return moments.ahead(moment, timezone.now())


@register.filter
def place(address: str | None) -> str:
    """Where an address is, then itself: ``Graz, Austria (192.0.2.7)``; itself if none knows."""
    found = where_is(address)
    return f"{found} ({address})" if found else address or "an unknown address"


@register.simple_tag
def open_to_all() -> bool:
    """Whether people may make accounts by themselves."""
    return current_facts().settings.sign_up is SignUp.OPEN


@register.filter
def is_recovery(field: BoundField) -> bool:
    """Whether what somebody typed is longer than a code of an app: a recovery code."""
    return len(str(field.value() or "").strip()) > _DIGITS


@register.filter
def label_of(field: BoundField) -> str:
    """What a field is called."""
    label = str(field.label)
    return _LABELS.get(label, label)


@register.inclusion_tag("identity/navigation.html", takes_context=True)
def navigation(context: dict[str, Any], place: str) -> dict[str, Any]:
    """The navigation of whoever is signed in; ``place`` keeps two of them on a page apart."""
    session, request = context["rw_session"], context["request"]
    return {
        "place": place,
        "label": "Main" if place == "side" else "Menu",
        "groups": pages.links(session, request.path),
        "organisation": session.organisation,
        "user": session.user,
        "csrf_token": context.get("csrf_token"),
    }
