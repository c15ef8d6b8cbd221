"""Invitations: an offer of membership by mail, good for one mail address, once, for a week."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import models, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from ringwall.access import guarding
from ringwall.access.actions import Action
from ringwall.identity import effective, membership
from ringwall.identity.asking import By, entity, may, require
from ringwall.identity.authority import parse_roles
from ringwall.identity.installed import current_facts
from ringwall.identity.models import Invitation, Membership, Organisation, User
from ringwall.identity.secrets import hash_of, new_secret

log = logging.getLogger("ringwall.identity")

LIFE: Final = timedelta(days=7)
_MOST_OPEN: Final = 500
"""Invitations of one organisation that wait at the same time: mail is not ours to flood."""


_NOT_YOURS: Final = "you may not invite people with these roles: ask an administrator or owner"
_NOT_YOURS_EITHER: Final = (
    "you may not withdraw the invitation that waits: ask an administrator or owner"
)


class NotYoursError(PermissionError):
    """The invitation is for another mail address than those that the person has proven."""


def invite(
    organisation: Organisation, email: str, roles: Iterable[str], *, by: By
) -> tuple[Invitation, str]:
    """Offer membership; return the invitation and its link, which also goes out by mail.

    A new one takes the place of one that waits for the same address. ``PermissionError`` when
    ``by`` may not, or may not withdraw that one; ``ValueError`` for what cannot be.
    """
    address, wanted = _address(email), parse_roles(roles, organisation)
    asks = isinstance(by, User) and (by.email == address or has_verified(by, address))
    require(by, Action.MEMBERS_INVITE, organisation, _NOT_YOURS, roles=wanted, to_self=asks)
    if organisation.suspended is not None:
        msg = f"{organisation.name} is suspended, so nobody can join it"
        raise ValueError(msg)
    if Membership.objects.filter(organisation=organisation, user__email=address).exists():
        msg = f"{address} is a member of {organisation.name} already"
        raise ValueError(msg)
    secret, now = new_secret(), timezone.now()
    with transaction.atomic():
        _take_back(_locked(organisation, address), by=by)
        if _waiting(organisation).count() >= _MOST_OPEN:
            msg = f"{_MOST_OPEN} invitations wait already: withdraw some that nobody will take"
            raise ValueError(msg)
        made = Invitation.objects.create(
            organisation=organisation,
            email=address,
            roles=wanted,
            secret_hash=hash_of(secret),
            invited_by=by if isinstance(by, User) else None,
            expires=now + LIFE,
        )
        link = current_facts().origin + reverse("invitation", args=[secret])
        _send(made, link)
    log.info("%s is invited to %s as %s", address, organisation.slug, wanted)
    return made, link


def waiting(organisation: Organisation) -> list[Invitation]:
    """Invitations that can still be taken, the newest first."""
    return list(_waiting(organisation).select_related("invited_by").order_by("-created"))


def withdraw(organisation: Organisation, email: str, *, by: By) -> int:
    """Take back what waits for an address; how many. ``PermissionError`` when ``by`` may not."""
    with transaction.atomic():
        found = _locked(organisation, email.strip().lower())
        if not found:
            require(by, Action.INVITATIONS_WITHDRAW, organisation, _NOT_YOURS_EITHER, roles=())
        return _take_back(found, by=by)


def look_up(secret: str) -> Invitation | None:
    """The invitation of a link that can still be taken; ``None`` for all others, whatever why."""
    return (
        Invitation.objects.select_related("organisation", "invited_by")
        .filter(secret_hash=hash_of(secret), taken=None, withdrawn=None)
        .filter(expires__gt=timezone.now(), organisation__suspended=None)
        .first()
    )


def take(secret: str, user: User) -> Membership | None:
    """Make ``user`` a member by a link, once; ``None`` when it cannot be taken any more.

    :class:`NotYoursError` when none of their verified addresses is the invited one. Who lost the
    right to give these roles since has given nothing: ``None`` as well. Roles that are declared no
    more are not given.
    """
    with transaction.atomic():
        found = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("organisation", "invited_by")
            .filter(secret_hash=hash_of(secret), taken=None, withdrawn=None)
            .filter(expires__gt=timezone.now(), organisation__suspended=None)
            .first()
        )
        if found is None or not user.is_active:
            return None
        if not has_verified(user, found.email):
            msg = f"this invitation is for {found.email}"
            raise NotYoursError(msg)
        by, organisation = found.invited_by, found.organisation
        if by is not None:
            to_self = by.pk == user.pk
            handed = {"roles": found.roles, "to_self": to_self}
            if not may(by, Action.MEMBERS_INVITE, organisation, **handed).allowed:
                who = by.subject
                log.warning("an invitation to %s by %s no longer counts", organisation.slug, who)
                return None
        decision = guarding.may(
            entity(user), Action.INVITATIONS_TAKE, entity(organisation), {"addressed": True}
        )
        if not guarding.note(decision).allowed:
            log.warning("%s", decision)
            return None
        Invitation.objects.filter(pk=found.pk).update(taken=timezone.now(), taken_by=user)
        member = Membership.objects.filter(organisation=organisation, user=user).first()
        if member is not None:
            return member
        roles = effective.roles(found.roles, organisation, current_facts())
        return membership.add(
            organisation, user, roles, source="invitation", by=decision, inviter=by
        )


def has_verified(user: User, email: str) -> bool:
    """Whether somebody has shown that a mail address is theirs."""
    found = EmailAddress.objects.filter(user=user, email=email.lower(), verified=True)
    return bool(found.exists())


def _waiting(organisation: Organisation) -> "models.QuerySet[Invitation]":
    return Invitation.objects.filter(
        organisation=organisation, taken=None, withdrawn=None, expires__gt=timezone.now()
    )


def _locked(organisation: Organisation, address: str) -> list[Invitation]:
    """What waits for an address, to be changed by us alone."""
    found = _waiting(organisation).filter(email=address)
    return list(found.select_related("organisation").select_for_update(of=("self",)))


def _take_back(found: list[Invitation], *, by: By) -> int:
    """Withdraw exactly these, how many; none of them when ``by`` may not withdraw one of them."""
    for one in found:
        about = _NOT_YOURS_EITHER
        require(by, Action.INVITATIONS_WITHDRAW, one.organisation, about, roles=one.roles)
    theirs = Invitation.objects.filter(pk__in=[one.pk for one in found])
    return theirs.update(withdrawn=timezone.now())


def _address(email: str) -> str:
    found = email.strip().lower()
    try:
        validate_email(found)
    except ValidationError as error:
        msg = f'"{email.strip()}" is not a mail address'
        raise ValueError(msg) from error
    return found


def _send(invitation: Invitation, link: str) -> None:
    facts = current_facts()
    told = {"invitation": invitation, "link": link, "name": facts.settings.name}
    send_mail(
        f"You are invited to {invitation.organisation.name}",
        render_to_string("identity/mail/invitation.txt", told),
        facts.settings.mail.sender,
        [invitation.email],
    )
