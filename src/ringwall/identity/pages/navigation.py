"""What the navigation of signed-in people leads to. Add an item here for a page of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.urls import NoReverseMatch, reverse

from ringwall.identity.authority import (
    may_see_findings,
    may_see_inventory,
    may_see_log,
    may_see_outbox,
    may_see_posture,
)
from ringwall.identity.installed import current_facts
from ringwall.identity.models import Session


def everybody(_session: Session) -> bool:
    """Shown to whoever is signed in."""
    return True


def sees_outbox(session: Session) -> bool:
    """Shown to whoever looks after mail."""
    return may_see_outbox(session.user)


def sees_log(session: Session) -> bool:
    """Shown to whoever may read what happened."""
    return may_see_log(session.user)


def sees_inventory(session: Session) -> bool:
    """Shown to whoever may see what there is."""
    return may_see_inventory(session.user)


def sees_findings(session: Session) -> bool:
    """Shown to whoever may see what is wrong."""
    return may_see_findings(session.user)


def sees_posture(session: Session) -> bool:
    """Shown to whoever may see how accounts and frameworks stand."""
    return may_see_posture(session.user)


def asks_for_access(_session: Session) -> bool:
    """Shown where there are roles to ask for."""
    return bool(current_facts().requests.roles)


@dataclass(frozen=True, slots=True)
class Item:
    """A page in the navigation: its label, the name of its URL, whom it is shown to.

    Whether somebody may open the page is the page's own question, never the navigation's.
    """

    label: str
    url_name: str
    shown_to: Callable[[Session], bool] = everybody


@dataclass(frozen=True, slots=True)
class Group:
    """Items below one heading; the first group has none."""

    name: str
    members: tuple[Item, ...]


GROUPS: Final = (
    Group(
        "",
        (
            Item("Overview", "overview"),
            Item("Sign-in methods", "mfa_index"),
            Item("Sessions", "sessions"),
            Item("Mail address", "account_email"),
            Item("Organisations", "organisations"),
            Item("Access requests", "requests", shown_to=asks_for_access),
            Item("Applications", "applications"),
            Item("API keys", "keys"),
        ),
    ),
    Group(
        "Company",
        (
            Item("Findings", "findings", shown_to=sees_findings),
            Item("Posture", "posture", shown_to=sees_posture),
            Item("Inventory", "inventory", shown_to=sees_inventory),
            Item("Log", "log", shown_to=sees_log),
            Item("Outbox", "outbox", shown_to=sees_outbox),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Link:
    """An item as it stands on one page."""

    label: str
    url: str
    current: bool


def links(session: Session, path: str) -> list[dict[str, object]]:
    """The navigation on the page at ``path``: groups of links, without the empty ones."""
    found: list[dict[str, object]] = []
    for group in GROUPS:
        shown = [
            (item, url)
            for item in group.members
            if item.shown_to(session) and (url := _url(item.url_name)) is not None
        ]
        under = max(
            (url for _, url in shown if path == url or (url != "/" and path.startswith(url))),
            key=len,
            default=None,
        )
        if shown:
            entries = [Link(item.label, url, url == under) for item, url in shown]
            found.append({"name": group.name, "items": entries})
    return found


def _url(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
