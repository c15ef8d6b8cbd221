"""Everyone who can ask: people in each of their organisations, API clients, keys that live.

Read one after the other, so that there may be any number. Models have to be there: commands call
:func:`ringwall.runtime.opening.open_tables` before they import this.
"""

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from ringwall.core.principals import Principal, PrincipalKind
from ringwall.identity import effective, lent
from ringwall.identity.facts import Facts
from ringwall.identity.installed import current_facts
from ringwall.identity.models import (
    ApiClient,
    ApiKey,
    Group,
    Kind,
    Organisation,
    User,
)

_AT_A_TIME: Final = 1000
_OPEN: Final = Q(organisation=None) | Q(organisation__suspended=None)
Groups = Mapping[int, frozenset[str]]
"""The names of groups that a directory has put members in, by membership."""


def everyone() -> Iterator[Principal]:
    """All of them: people first, then clients, then keys."""
    yield from people()
    yield from api_clients()
    yield from api_keys()


def find(text: str) -> tuple[Principal, ...]:
    """Those that ``text`` names, in every organisation; none when there are none.

    A person by mail address or subject, a client by its id or name, a key by its id.
    """
    wanted = text.strip()
    person = Q(email=wanted.lower())
    with contextlib.suppress(ValueError):
        person |= Q(pk=UUID(wanted))
    return (
        *people(person),
        *api_clients(Q(pk=wanted) | Q(client__name=wanted)),
        *api_keys(Q(pk=wanted)),
    )


def people(which: Q | None = None) -> Iterator[Principal]:
    """Those who may sign in, once for each organisation they may act for, by mail address.

    Who belongs to none is there once. ``which`` is asked of :class:`User`.
    """
    facts = current_facts()
    by_directory = _directory_groups(facts)
    found = User.objects.filter(which or Q(), is_active=True).order_by("email")
    # Of so many people at a time, all memberships at once.
    for user in found.prefetch_related("memberships__organisation").iterator(_AT_A_TIME):
        members = [
            one
            for one in user.memberships.all()
            if one.active and one.organisation.suspended is None
        ]
        if not members:
            yield _person(user)
        for member in sorted(members, key=lambda one: one.organisation.slug):
            groups = {*member.groups, *by_directory.get(member.pk, ())}
            yield replace(
                _person(user),
                tenant=member.organisation.slug,
                tenant_kind=member.organisation.kind,
                roles=effective.roles(lent.held(member), member.organisation, facts),
                groups=effective.named_groups(groups, member.organisation, facts),
            )


def api_clients(which: Q | None = None) -> Iterator[Principal]:
    """Clients that are switched on, by name. ``which`` is asked of :class:`ApiClient`."""
    facts = current_facts()
    found = ApiClient.objects.filter(which or Q(), _OPEN, disabled=None)
    rows = found.select_related("client", "organisation").order_by("client__name", "pk")
    for one in rows.iterator(_AT_A_TIME):
        yield Principal(
            kind=PrincipalKind.CLIENT,
            id=str(one.pk),
            name=one.client.name,
            tenant=_slug(one.organisation),
            tenant_kind=_kind(one.organisation),
            roles=effective.roles(one.roles, one.organisation, facts),
            scopes=tuple(one.client.get_scopes()),
            is_by_itself="client_credentials" in one.client.get_grant_types(),
        )


def api_keys(which: Q | None = None) -> Iterator[Principal]:
    """Keys that live, by name: each asks as its owner. ``which`` is asked of :class:`ApiKey`."""
    facts, now = current_facts(), timezone.now()
    living = ApiKey.objects.filter(Q(ends=None) | Q(ends__gt=now), revoked=None, expires__gt=now)
    living = living.filter(idle="")
    usable = Q(owner__is_active=True) | Q(client__isnull=False, client__disabled=None)
    found = living.filter(which or Q(), _OPEN, usable)
    rows = found.select_related("owner", "client", "organisation").order_by("name", "pk")
    for one in rows.iterator(_AT_A_TIME):
        is_persons = one.owner is not None
        yield Principal(
            kind=PrincipalKind.USER if is_persons else PrincipalKind.CLIENT,
            id=one.owner.subject if one.owner is not None else str(one.client_id),
            name=one.name,
            email=one.email or None,
            tenant=_slug(one.organisation),
            tenant_kind=_kind(one.organisation),
            roles=effective.roles(one.roles, one.organisation, facts),
            groups=tuple(one.groups),
            # A person's key without scopes has a token that says nothing of them.
            scopes=tuple(one.scopes) if one.scopes or not is_persons else None,
            key=one.pk,
        )


def _person(user: User) -> Principal:
    return Principal(
        kind=PrincipalKind.USER, id=user.subject, name=user.get_full_name(), email=user.email
    )


def _directory_groups(facts: Facts) -> Groups:
    """Of the declared groups, which the directory of the company has put its people in."""
    found: dict[int, set[str]] = defaultdict(set)
    if not facts.groups:
        return {}
    rows = Group.objects.filter(
        name__in=facts.groups,
        organisation__kind=Kind.PROVIDER,
        members__membership__isnull=False,
    ).values_list("members__membership", "name")
    for member, name in rows:
        found[member].add(name)
    return {member: frozenset(names) for member, names in found.items()}


def _slug(organisation: Organisation | None) -> str | None:
    return None if organisation is None else organisation.slug


def _kind(organisation: Organisation | None) -> str | None:
    return None if organisation is None else organisation.kind
