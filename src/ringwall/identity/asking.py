"""Asking the built-in policies about people and organisations: rows of tables as policies see them.

Every change says ``by`` whom it is: a person, an entity such as the machine or a directory, or the
decision that has allowed what it follows from.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from ringwall.access import guarding
from ringwall.access.actions import Action
from ringwall.access.built_in import ADMINISTRATOR
from ringwall.access.guarding import Decision, Entity, handing
from ringwall.identity import lent
from ringwall.identity.keepers import keeper_role, keeps
from ringwall.identity.models import (
    AccessRequest,
    ApiClient,
    ApiKey,
    Connection,
    Kind,
    Membership,
    Organisation,
    Session,
    User,
)

log = logging.getLogger("ringwall.access")

By = User | Entity | Decision
"""Who does something, or the decision that allowed it already."""


class DeniedError(PermissionError):
    """Somebody may not; the text is for them, ``decision`` for the log."""

    def __init__(self, sentence: str, decision: Decision) -> None:
        super().__init__(f"{sentence} (reference {decision.reference})")
        self.decision = decision


def may(by: By | None, action: Action, on: Any, **handed: Any) -> Decision:
    """Whether somebody may do something to an organisation, a person, a session, a key, an entity.

    ``None`` is nobody. ``handed`` is what :func:`~ringwall.access.guarding.handing` wants for what
    hands out; what the asker has in an organisation, and what of all they have only for some time,
    is looked up unless it is said.
    """
    if isinstance(by, Decision):
        return by
    context: Mapping[str, Any] = {}
    if handed:
        place = on.organisation if isinstance(on, AccessRequest) else on
        place = place if isinstance(place, Organisation) else None
        if place is not None and "held" not in handed:
            handed["held"] = held_in(by, place)
        if isinstance(by, User) and "fleeting" not in handed:
            handed["fleeting"] = lent.fleeting(by, place, timezone.now())
        context = handing(**handed)
    principal = _principal(by)
    if isinstance(on, AccessRequest) and isinstance(by, User):
        inviters = [User(pk=UUID(one)) for one in let_in_by(by, on.organisation)]
        more = {"let_in_by": frozenset(map(_bare_person, inviters))}
        principal = replace(principal, attributes={**principal.attributes, **more})
    return guarding.may(principal, action, entity(on), context)


def require(
    by: By | None, action: Action, on: Any, sentence: str = "you may not do this", **handed: Any
) -> Decision:
    """The decision that allows it; :class:`DeniedError` with ``sentence`` where there is none."""
    found = may(by, action, on, **handed)
    if not isinstance(by, Decision):
        guarding.note(found)
    if not found.allowed:
        log.warning("%s", found)
        raise DeniedError(sentence, found)
    return found


def require_change_of_roles(
    by: By | None,
    organisation: Organisation,
    *,
    before: Iterable[str],
    after: Iterable[str],
    anyway: Iterable[str] = (),
    of: User | None,
    sentence: str,
) -> Decision:
    """The decision that lets somebody have other roles in an organisation than before.

    ``anyway`` are those that they have besides, whatever changes: those of their groups. Where
    somebody is made a keeper of it by the change, or is one no more, it is asked as if that role
    itself were given or taken: ``auditor`` ends what an owner may.
    """
    had, gets, besides = frozenset(before), frozenset(after), frozenset(anyway)
    to_self = isinstance(by, User) and of is not None and by.pk == of.pk
    turned = turning(had | besides, gets | besides, organisation)
    taken = {"roles": (had - gets) | turned, "to_self": to_self}
    given = {"roles": (gets - had) | turned, "to_self": to_self}
    if had - gets:
        require(by, Action.ROLES_TAKE, organisation, sentence, **taken)
    return require(by, Action.ROLES_GRANT, organisation, sentence, **given)


def turning(
    before: Iterable[str], after: Iterable[str], organisation: Organisation
) -> frozenset[str]:
    """The role of a keeper if a change makes or unmakes one; else nothing."""
    if keeps(before, organisation) == keeps(after, organisation):
        return frozenset()
    return frozenset({keeper_role(organisation)})


def held_in(by: By | None, organisation: Organisation) -> frozenset[str]:
    """The roles that somebody has in an organisation lastingly; entities have none."""
    if not isinstance(by, User) or not by.is_active:
        return frozenset()
    found = Membership.objects.filter(user=by, organisation=organisation, active=True).first()
    return frozenset(found.roles) if found else frozenset()


def entity(on: Any) -> Entity:
    """Something of the tables as policies see it. ``TypeError`` for what they do not know."""
    match on:
        case Entity():
            return on
        case Organisation():
            return _organisation(on)
        case User():
            return _bare_person(on)
        case Session():
            return Entity("Session", str(on.pk), {"owner": _bare_person(on.user)})
        case ApiKey(owner=User() as owner):
            return Entity("Key", str(on.pk), {"owner": _bare_person(owner)})
        case ApiKey(client=ApiClient() as client):
            return Entity("Key", str(on.pk), {"client": entity(client)})
        case AccessRequest():
            place = _organisation(on.organisation)
            asked = {"asker": _bare_person(on.user), "of": place, "by_machine": on.by_machine}
            return Entity("Request", str(on.pk), asked, (place,))
        case ApiClient():
            return Entity("Client", str(on.pk))
    msg = f"policies do not speak of {type(on).__name__}"
    raise TypeError(msg)


def consent(client_id: str, person: User) -> Entity:
    """What somebody allowed an application."""
    return Entity("Consent", client_id, {"owner": _bare_person(person)})


def directory(organisation: Organisation) -> Entity:
    """The provisioning system of an organisation, known by its token."""
    return Entity("Directory", organisation.slug, {"of": _organisation(organisation)})


def connection(one: Connection) -> Entity:
    """An organisation's own identity provider."""
    attributes = {
        "of": _organisation(one.organisation),
        "just_in_time": one.enabled and one.just_in_time,
    }
    return Entity("Connection", one.slug, attributes)


def _principal(by: User | Entity | None) -> Entity:
    if isinstance(by, Entity):
        return by
    return _nobody() if by is None else _person(by)


def _nobody() -> Entity:
    return Entity("User", "", guarding.NO_POWERS)


def _person(user: User) -> Entity:
    """Somebody with the roles that count: none of whom is disabled, at rest, or suspended."""
    if not user.is_active:
        return _nobody()
    now = timezone.now()
    members = Membership.objects.select_related("organisation").filter(
        user=user, active=True, organisation__suspended=None
    )
    roles: set[str] = set()
    passing: set[str] = set()
    found: dict[str, set[Entity]] = defaultdict(set)
    for one in members:
        place, for_a_time = _organisation(one.organisation), set(lent.roles(one, now))
        found["belongs"].add(place)
        if one.organisation.kind == Kind.PROVIDER:
            roles |= for_a_time.union(one.roles)
            passing |= for_a_time
        elif ADMINISTRATOR in for_a_time.union(one.roles):
            found["administers"].add(place)
            if ADMINISTRATOR in for_a_time:
                found["administers_passing"].add(place)
    attributes = {name: frozenset(places) for name, places in found.items()}
    return Entity(
        "User",
        user.subject,
        {**guarding.NO_POWERS, **attributes, "passing": frozenset(passing)},
        tuple(guarding.role(one) for one in sorted(roles)),
    )


def _bare_person(user: User) -> Entity:
    """Somebody whom something is about or belongs to: no role of theirs counts there."""
    return Entity("User", user.subject, _nobody().attributes)


def let_in_by(user: User, place: Organisation) -> frozenset[str]:
    """Ids of who invited somebody to an organisation or the company, who invited those, and so on.

    All of them were noted as the invitation was taken, so that it matters to nobody who has left.
    """
    members = Membership.objects.filter(
        Q(organisation=place) | Q(organisation__kind=Kind.PROVIDER), user=user
    )
    return frozenset().union(*members.values_list("let_in_by", flat=True))


def _organisation(one: Organisation) -> Entity:
    attributes = {
        "company": one.kind == Kind.PROVIDER,
        "suspended": one.suspended is not None,
    }
    return Entity("Organisation", one.slug, attributes)
