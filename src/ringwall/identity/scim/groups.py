"""Groups in the records of an organisation's directory. What roles they give, mappings say."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from scim2_models import InvalidValueException, PayloadTooLargeException, UniquenessException

from ringwall.identity import membership
from ringwall.identity.models import Group, Organisation, ProvisionedUser

_MOST_MEMBERS: Final = 5000


def create(organisation: Organisation, resource: Any) -> Group:
    """Keep a new group. ``UniquenessException`` when its name is taken in the organisation."""
    return _keep(Group(organisation=organisation), resource)


def change(row: Group, resource: Any) -> Group:
    """Let a group have the name and members that ``resource`` says; roles follow at once."""
    return _keep(row, resource)


def remove(row: Group) -> None:
    """Forget a group; its members lose what only it gave them."""
    with transaction.atomic():
        members = list(row.members.all())
        name = row.name
        row.delete()
        _apply(members, {name})


def _keep(row: Group, resource: Any) -> Group:
    name = (resource.display_name or "").strip()
    if not name or len(name) > 255:
        raise InvalidValueException(detail="displayName has 1 to 255 characters")
    if len(resource.external_id or "") > 255:
        raise InvalidValueException(detail="externalId has 255 characters at most")
    wanted = _members(row.organisation, resource.members or [])
    names, renamed = {row.name, name}, row.name != name
    row.name, row.external_id, row.modified = name, resource.external_id or "", timezone.now()
    try:
        with transaction.atomic():
            row.save()
            before = set(row.members.all())
            row.members.set(wanted)
            _apply(before | wanted if renamed else before ^ wanted, names)
    except IntegrityError as error:
        msg = f"there is a group with the displayName {name} already"
        raise UniquenessException(detail=msg) from error
    return row


def _members(organisation: Organisation, members: Any) -> set[ProvisionedUser]:
    if len(members) > _MOST_MEMBERS:
        raise PayloadTooLargeException(detail=f"a group has {_MOST_MEMBERS} members at most")
    if any((one.type or "User").lower() != "user" for one in members):
        raise InvalidValueException(detail="members are users: groups in groups are not supported")
    wanted = {_id(one.value) for one in members}
    found = set(ProvisionedUser.objects.filter(organisation=organisation, pk__in=wanted))
    if len(found) != len(wanted):
        missing = wanted - {one.pk for one in found}
        raise InvalidValueException(detail=f"there is no user {min(map(str, missing))}")
    return found


def _id(value: str | None) -> UUID:
    try:
        return UUID(value or "")
    except ValueError as error:
        raise InvalidValueException(detail=f'there is no user "{value}"') from error


def _apply(members: Collection[ProvisionedUser], names: set[str]) -> None:
    rows = sorted(members, key=lambda row: str(row.pk))
    for one in rows:
        one.refresh_from_db()
    found = [one.membership for one in rows if one.membership is not None]
    membership.follow_groups(found, moved=names)
