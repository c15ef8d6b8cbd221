"""Founding: the company's own organisation and its first owner, all at once or not at all."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from ringwall.access.actions import Action
from ringwall.access.built_in import OWNER
from ringwall.access.guarding import MACHINE
from ringwall.identity import asking, owning, sessions
from ringwall.identity.facts import Facts
from ringwall.identity.keepers import keeps
from ringwall.identity.models import Kind, Membership, Organisation, User


class FoundedBeforeError(Exception):
    """The company has an owner already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Founder:
    """Whoever becomes the first owner. ``password`` is a hash as Django keeps it, or empty."""

    id: uuid.UUID
    email: str
    name: str
    password: str = ""

    @classmethod
    def called(cls, email: str, name: str, *, password: str = "") -> "Founder":
        """Somebody with this mail address, who may have made an account before."""
        address = email.strip().lower()
        known = User.objects.filter(email=address).first()
        return cls(
            id=known.pk if known else uuid.uuid4(), email=address, name=name, password=password
        )

    @property
    def person(self) -> User:
        """The person as they are going to be."""
        return User(id=self.id, email=self.email, name=self.name)


def owners() -> QuerySet[User]:
    """Everybody who may do everything at the company: never nobody, once there was one."""
    found = Membership.objects.filter(
        organisation__kind=Kind.PROVIDER, active=True, user__is_active=True
    ).select_related("organisation")
    # A list in JSON is asked in Python: SQLite cannot.
    ids = [one.user_id for one in found if keeps(one.roles, one.organisation)]
    return User.objects.filter(pk__in=ids).order_by("created")


def has_owner() -> bool:
    """Whether the company has an owner who can sign in."""
    return owners().exists()


def found(founder: Founder, facts: Facts, *, add_factors: Callable[[User], None]) -> User:
    """Make the person, the company's organisation and the membership, with its factors.

    ``add_factors`` keeps the passkey or the authenticator app; what it raises undoes everything.
    :class:`FoundedBeforeError` when there is an owner already.
    """
    with transaction.atomic():
        if has_owner():
            raise FoundedBeforeError
        before = User.objects.filter(pk=founder.id).first()
        person = before or founder.person
        if before is not None:
            # Whoever made that account showed nothing but its mail address.
            Authenticator.objects.filter(user=before).delete()
            sessions.end_all(before, reason="became the first owner")
            person.name, person.is_active = founder.name, True
        person.password = founder.password
        if not founder.password:
            person.set_unusable_password()
        person.save()
        EmailAddress.objects.update_or_create(
            user=person, email=person.email, defaults={"primary": True, "verified": True}
        )
        organisation = company(facts)
        # The link was made on the machine, and is what lets them.
        asking.require(MACHINE, Action.ROLES_GRANT, organisation, roles=[OWNER])
        Membership.objects.update_or_create(
            organisation=organisation,
            user=person,
            defaults={"roles": [OWNER], "from_groups": [], "source": "first", "active": True},
        )
        add_factors(person)
        owning.follow(how="a link that was made on the host")
    return person


def company(facts: Facts) -> Organisation:
    """The company's own organisation, made when it is first needed."""
    found = Organisation.objects.filter(kind=Kind.PROVIDER).order_by("created").first()
    if found is not None:
        return found
    wanted = slugify(facts.settings.name).replace("_", "-")[:50].strip("-") or "company"
    taken = set(Organisation.objects.values_list("slug", flat=True))
    names = (wanted if n == 1 else f"{wanted}-{n}" for n in count(1))
    slug = next(one for one in names if one not in taken)
    return Organisation.objects.create(slug=slug, name=facts.settings.name, kind=Kind.PROVIDER)
