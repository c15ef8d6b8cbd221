"""Owners are told when somebody becomes one or is one no more, however that came about.

Who owns the company is compared with who did when owners were told last. So no way is forgotten:
what changes roles asks at once and says who did it; the rest (an account is disabled, a role given
for some time is over, a table was changed by hand) the worker finds within a minute.
"""

import logging
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ringwall.access.guarding import Entity
from ringwall.identity import alerts, lent
from ringwall.identity.alerts import Alert
from ringwall.identity.asking import By
from ringwall.identity.keepers import keeps
from ringwall.identity.models import Kind, KnownOwner, Membership, Organisation, User

log = logging.getLogger("ringwall.identity")

_BY: Final = {
    "Machine": "a command on the host",
    "Directory": "what the directory says",
    "Connection": "what the identity provider says",
}


def follow(*, by: By | None = None, how: str = "", place: Organisation | None = None) -> int:
    """Tell who owns the company now, if others did before; of how many people.

    Everybody who was or is an owner gets a mail about each. ``by`` or ``how`` say who did it, where
    that is known. What happens at ``place`` makes no owner where that is a customer's. The very
    first time nobody is told: they are owners since before anybody looked.
    """
    if place is not None and place.kind != Kind.PROVIDER:
        return 0
    who = how or _words(by)
    with transaction.atomic():
        owned = {one.user_id: one.email for one in KnownOwner.objects.select_for_update()}
        own = {one.pk: one.email for one in current()}
        made = [pk for pk in own if pk not in owned]
        unmade = [pk for pk in owned if pk not in own]
        KnownOwner.objects.filter(pk__in=unmade).delete()
        for pk in made:
            KnownOwner.objects.update_or_create(user_id=pk, defaults={"email": own[pk]})
        if not owned:
            return 0
        for pk in made:
            _tell(own[pk], {*own, *owned}, is_made=True, who=who)
        for pk in unmade:
            _tell(owned[pk], {*own, *owned}, is_made=False, who=who)
    return len(made) + len(unmade)


def current() -> list[User]:
    """Everybody who may now do everything at the company, be it for some time."""
    now = timezone.now()
    found = Membership.objects.select_related("organisation", "user").filter(
        organisation__kind=Kind.PROVIDER, active=True, user__is_active=True
    )
    return [one.user for one in found if keeps(lent.held(one, now), one.organisation)]


def _tell(email: str, owners: set[UUID], *, is_made: bool, who: str) -> None:
    said = f"{email} is an owner from now on" if is_made else f"{email} is an owner no more"
    alert = Alert(
        "An owner was made" if is_made else "Somebody is an owner no more",
        f"{said}{f', by {who}' if who else ''}.",
        "Owners may do everything. If you did not expect this, ask the other owners at once, and "
        "look at who is a member.",
    )
    log.warning("%s%s", said, f", by {who}" if who else "")
    for person in User.objects.filter(pk__in=owners).order_by("email"):
        alerts.tell(person, alert)


def _words(by: By | None) -> str:
    if isinstance(by, User):
        return by.email
    return _BY.get(by.type, "") if isinstance(by, Entity) else ""
