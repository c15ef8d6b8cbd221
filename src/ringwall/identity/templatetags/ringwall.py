"""What our templates ask for."""

from typing import Any, Final

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BoundField, CheckboxInput

from ringwall.identity.pages import navigation as pages

register = template.Library()

_TONES: Final = {"success": "good", "warning": "warn", "error": "danger"}


@register.filter
def tone(message: Message) -> str:
    """The class of the notice that shows a message."""
    return _TONES.get(message.level_tag, "")


@register.filter
def is_check(field: BoundField) -> bool:
    """Whether a field is one box to tick, whose label stands beside it."""
    return isinstance(field.field.widget, CheckboxInput)


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
