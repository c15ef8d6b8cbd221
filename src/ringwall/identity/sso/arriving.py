"""Somebody arrives whom an identity provider has proven, and we find out who that is here.

The provider is believed about people of its organisation's own mail domains, and about nobody else:
what it says of others is refused, whoever they are and whether or not they have an account.
"""

import logging
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from ringwall.access import guarding
from ringwall.access.actions import Action
from ringwall.identity import asking, effective, membership, sessions
from ringwall.identity.installed import current_facts
from ringwall.identity.models import Connection, Kind, Membership, User
from ringwall.identity.sso.domains import is_own

log = logging.getLogger("ringwall.identity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asserted:
    """What a provider says of a person. ``uid`` is its own name for them and never changes.

    ``proven`` is when they showed it who they are, in seconds since 1970, if it says.
    """

    uid: str
    email: str
    name: str = ""
    groups: tuple[str, ...] = ()
    email_verified: bool | None = None
    proven: int | None = None


class NotLetInError(Exception):
    """The person cannot come in this way; the text is for them."""


def arrive(connection: Connection, asserted: Asserted) -> tuple[User, SocialAccount]:
    """Return the person and their link to the connection, made now if need be.

    :class:`NotLetInError` says why not, and nothing has changed then.
    """
    organisation = connection.organisation
    email = asserted.email.strip().lower()
    name = organisation.name
    if not asserted.uid or len(asserted.uid) > 190:
        msg = f"The sign-on of {name} did not say who you are. Tell its administrator."
        raise NotLetInError(msg)
    with transaction.atomic():
        link = (
            SocialAccount.objects.select_related("user")
            .filter(provider=connection.slug, uid=asserted.uid)
            .first()
        )
        if link is None:
            _require_own(connection, email, asserted)
            user = User.objects.filter(email=email).first() or _new(connection, email, asserted)
            _require_no_staff_of_others(connection, user)
            _take_over_unproven(user, email)
            link = SocialAccount(provider=connection.slug, uid=asserted.uid, user=user)
        else:
            user = link.user
            _require_own(connection, user.email, asserted)
            _require_no_staff_of_others(connection, user)
        if not user.is_active:
            msg = "This account is disabled. Ask your administrator."
            raise NotLetInError(msg)
        member = _member(connection, user)
        link.extra_data = {}
        link.save()
        before = member.groups
        follows = membership.apply_groups(member, asserted.groups)
        if not follows and before != member.groups:
            membership.tell_that_owner_stays(member)
    return user, link


def _require_own(connection: Connection, email: str, asserted: Asserted) -> None:
    organisation = connection.organisation
    if not email or asserted.email_verified is False or not is_own(organisation, email):
        log.warning("%s says %r, who is none of its own", connection.slug, email[:254])
        msg = (
            f"The sign-on of {organisation.name} can speak only for mail addresses of its own "
            "domains, and yours is in none of them. Tell its administrator."
        )
        raise NotLetInError(msg)


def _require_no_staff_of_others(connection: Connection, user: User) -> None:
    """No customer's provider speaks for people of the company, wherever their mail goes."""
    if connection.organisation.kind == Kind.PROVIDER:
        return
    if user.memberships.filter(organisation__kind=Kind.PROVIDER, active=True).exists():
        log.warning("%s names %s, who is of the company", connection.slug, user.subject)
        msg = "You belong to the company that runs this service: sign in as its people do."
        raise NotLetInError(msg)


def _new(connection: Connection, email: str, asserted: Asserted) -> User:
    if not connection.just_in_time:
        raise NotLetInError(_uninvited(connection))
    return User.objects.create_user(email, name=" ".join(asserted.name.split())[:150])


def _take_over_unproven(user: User, email: str) -> None:
    """Let nobody stay in an account that was made for an address before its owner came.

    Whoever made it never showed that the address is theirs, so what they set up goes.
    """
    proven = EmailAddress.objects.filter(user=user, email=email, verified=True)
    if proven.exists():
        return
    if user.has_usable_password():
        user.set_unusable_password()
        user.save(update_fields=["password"])
    Authenticator.objects.filter(user=user).delete()
    sessions.end_all(user, reason="its owner came by sign-on")
    EmailAddress.objects.filter(user=user).exclude(email=email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )


def _member(connection: Connection, user: User) -> Membership:
    organisation = connection.organisation
    found = Membership.objects.filter(organisation=organisation, user=user).first()
    if found is not None:
        if not found.active:
            msg = f"You are no active member of {organisation.name}. Ask its administrator."
            raise NotLetInError(msg)
        return found
    if not connection.just_in_time:
        raise NotLetInError(_uninvited(connection))
    decision = asking.may(asking.connection(connection), Action.MEMBERS_JOIN, organisation)
    if not guarding.note(decision).allowed:
        log.warning("%s", decision)
        raise NotLetInError(_uninvited(connection))
    roles = effective.roles(connection.default_roles, organisation, current_facts())
    return membership.add(organisation, user, roles, source="sso", by=decision)


def _uninvited(connection: Connection) -> str:
    name = connection.organisation.name
    return f"You are not a member of {name} yet: its administrator can invite you."


def text_list(value: Any) -> tuple[str, ...]:
    """Groups as a provider says them: a list, or one alone; what is no text is left out."""
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(one for one in values if isinstance(one, str) and 0 < len(one) <= 255)[:500]
