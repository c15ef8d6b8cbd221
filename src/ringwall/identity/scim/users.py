"""People in the records of an organisation's directory, and what follows from a record.

Nothing an organisation says reaches further than what is its own: membership in it, for whomever;
the account itself only for addresses in domains it has shown to be its own, and never of people of
the company that runs the service, whom a customer must not be able to lock out.
"""

import json
import logging
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from scim2_models import InvalidValueException, PayloadTooLargeException, UniquenessException

from ringwall.access.actions import Action
from ringwall.access.guarding import Decision
from ringwall.identity import asking, invitations, membership, sessions
from ringwall.identity.models import Kind, Membership, Organisation, ProvisionedUser, User
from ringwall.identity.scim import resources
from ringwall.identity.sso.domains import is_own

log = logging.getLogger("ringwall.identity")

_MOST_KEPT: Final = 32 * 1024
"""Characters of one person's attributes as JSON."""
_LEFT: Final = "deactivated by provisioning"


def create(organisation: Organisation, resource: Any) -> ProvisionedUser:
    """Keep a new record. ``UniquenessException`` when the name is taken in the organisation."""
    return _keep(ProvisionedUser(organisation=organisation), resource)


def change(row: ProvisionedUser, resource: Any) -> ProvisionedUser:
    """Let a record say what ``resource`` says."""
    return _keep(row, resource)


def remove(row: ProvisionedUser) -> None:
    """Forget a record, and end what it gave."""
    with transaction.atomic():
        _withdraw_invitation(row)
        if row.membership is not None:
            user, ours = row.membership.user, _is_ours(row)
            by = _allowed(row.organisation)
            membership.remove(row.membership, by=by, reason=_LEFT, last_too=True)
            if ours:
                sessions.end_all(user, reason=_LEFT)
                if row.disabled_account:
                    sessions.enable(user)
        row.delete()


def _keep(row: ProvisionedUser, resource: Any) -> ProvisionedUser:
    name = (resource.user_name or "").strip()
    if not name or len(name) > 254:
        raise InvalidValueException(detail="userName has 1 to 254 characters")
    kept = resources.attributes_of(resource)
    if len(json.dumps(kept)) > _MOST_KEPT:
        raise PayloadTooLargeException(detail=f"one person has {_MOST_KEPT} characters at most")
    row.user_name, row.attributes = name.lower(), kept
    row.external_id = _short(resource.external_id or "", "externalId")
    row.active = resource.active is not False
    before, row.email = row.email, _mail(resource)
    row.modified = timezone.now()
    try:
        with transaction.atomic():
            row.save()
            if before and before != row.email:
                _withdraw_invitation(row, email=before)
            _follow(row, resources.shown_name(resource))
    except IntegrityError as error:
        msg = f"there is a user with the userName {name} already"
        raise UniquenessException(detail=msg) from error
    return row


def _follow(row: ProvisionedUser, name: str) -> None:
    """Let memberships and accounts follow a record."""
    if row.membership is None:
        if row.active:
            _let_in(row, name)
        else:
            _withdraw_invitation(row)
        return
    member, ours = row.membership, _is_ours(row)
    if row.active:
        if row.disabled_account:
            sessions.enable(member.user)
            row.disabled_account = False
            row.save(update_fields=["disabled_account"])
        membership.set_active(member, active=True, reason="activated by provisioning")
        if ours:
            _describe(member.user, row, name)
        return
    membership.set_active(member, active=False, reason=_LEFT, last_too=True)
    if ours and member.user.is_active:
        sessions.disable(member.user, reason=_LEFT)
        row.disabled_account = True
        row.save(update_fields=["disabled_account"])


def _let_in(row: ProvisionedUser, name: str) -> None:
    """Make a member of somebody of the organisation's own domains; invite everybody else."""
    organisation = row.organisation
    if not row.email or _is_another_records(row):
        return
    if not is_own(organisation, row.email):
        own = Membership.objects.filter(organisation=organisation, user__email=row.email).first()
        if own is None:
            _invite(row)
            return
        row.membership = own
    else:
        row.membership = _member_of(organisation, row.email, name)
    row.save(update_fields=["membership"])
    membership.set_active(row.membership, active=True, reason="activated by provisioning")
    groups = row.in_groups.values_list("name", flat=True)
    membership.follow_groups([row.membership], moved=groups)


def _member_of(organisation: Organisation, email: str, name: str) -> Membership:
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, name=name)
    if not EmailAddress.objects.filter(user=user, email=email).exists():
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    found = Membership.objects.filter(organisation=organisation, user=user).first()
    return found or membership.add(organisation, user, [], source="scim", by=_allowed(organisation))


def _describe(user: User, row: ProvisionedUser, name: str) -> None:
    """Let an account in the organisation's own domain have the name and address of the record."""
    if name and name != user.name:
        user.name = name
        user.save(update_fields=["name"])
    if row.email in {"", user.email} or not is_own(row.organisation, row.email):
        return
    if User.objects.filter(email=row.email).exists():
        raise UniquenessException(detail=f"{row.email} is the address of another person")
    EmailAddress.objects.filter(user=user).update(primary=False)
    EmailAddress.objects.filter(user=user, email=user.email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=row.email, defaults={"verified": True, "primary": True}
    )
    user.email = row.email
    user.save(update_fields=["email"])


def _allowed(organisation: Organisation) -> Decision:
    """What lets a directory change its organisation: memberships follow from its records."""
    by = asking.directory(organisation)
    return asking.require(by, Action.DIRECTORY_WRITE, organisation)


def _is_ours(row: ProvisionedUser) -> bool:
    """Whether the organisation speaks for the whole account, not only for membership in it."""
    member = row.membership
    if member is None or not is_own(row.organisation, member.user.email):
        return False
    if row.organisation.kind == Kind.PROVIDER:
        return True
    return not member.user.memberships.filter(organisation__kind=Kind.PROVIDER).exists()


def _is_another_records(row: ProvisionedUser) -> bool:
    """Whether another record of the organisation has the same address: it came first."""
    others = ProvisionedUser.objects.filter(organisation=row.organisation, email=row.email)
    return others.exclude(pk=row.pk).exists()


def _invite(row: ProvisionedUser) -> None:
    waits = {one.email for one in invitations.waiting(row.organisation)}
    if row.email in waits:
        return
    try:
        invitations.invite(row.organisation, row.email, [], by=_allowed(row.organisation))
    except ValueError as error:
        log.warning("%s is not invited to %s: %s", row.email, row.organisation.slug, error)


def _withdraw_invitation(row: ProvisionedUser, *, email: str | None = None) -> None:
    address = row.email if email is None else email
    invitations.withdraw(row.organisation, address, by=_allowed(row.organisation))


def _mail(resource: Any) -> str:
    found = resources.mail_of(resource)
    try:
        if found:
            validate_email(found)
    except ValidationError as error:
        raise InvalidValueException(detail=f"{found} is not a mail address") from error
    return found if len(found) <= 254 else ""


def _short(text: str, name: str) -> str:
    if len(text) > 255:
        raise InvalidValueException(detail=f"{name} has 255 characters at most")
    return text
