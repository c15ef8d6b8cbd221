"""API keys: signed tokens for programs, which the edge verifies without a secret of its own.

A key (:mod:`~ringwall.identity.key_format`) is shown once and not kept; what is kept is whose it
is, what it may do and until when.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet

from ringwall.access.actions import Action
from ringwall.identity import key_bounds, key_idling, lent, revocations
from ringwall.identity.asking import By, require
from ringwall.identity.facts import Facts
from ringwall.identity.installed import current_facts
from ringwall.identity.key_format import written
from ringwall.identity.kinds import Purpose
from ringwall.identity.models import ApiClient, ApiKey, Organisation, Subject, User
from ringwall.identity.provider.audiences import allowed_by
from ringwall.identity.tokens import Mint, Proven

LONGEST_LIFE: Final = timedelta(days=366)
LONGEST_OVERLAP: Final = timedelta(days=30)
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,100}")
"""RFC 6749 section 3.3."""


class KeyRefusedError(ValueError):
    """A key cannot be as it was asked for; the text says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A key as it is to be: of a person or of a client, never of both.

    ``roles`` are in ``organisation``. Empty ``audiences``: every host of the edge.
    """

    name: str
    expires: datetime
    owner: User | None = None
    client: ApiClient | None = None
    organisation: Organisation | None = None
    roles: Sequence[str] = ()
    scopes: Sequence[str] = ()
    audiences: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A new key and its text, which nobody can show again."""

    key: ApiKey
    text: str


def make(wanted: Wanted, *, facts: Facts, mint: Mint, now: datetime, by: By) -> Made:
    """Make a key. :class:`KeyRefusedError` when it asks for more than its owner has.

    ``PermissionError`` when ``by`` may not make one for them.
    """
    _require_sensible(wanted, facts, now)
    key = _bounded(wanted, facts, now)
    _require_allowed(wanted, by)
    key.save(force_insert=True)
    return Made(key, _text(key, facts=facts, mint=mint, now=now))


def rotate(
    key: ApiKey,
    *,
    overlap: timedelta,
    life: timedelta,
    facts: Facts,
    mint: Mint,
    now: datetime,
    by: By,
) -> Made:
    """Make a key that may do the same, for ``life``; the old one is good for ``overlap`` more."""
    if key.revoked is not None or key.expires <= now or (key.ends or key.expires) <= now:
        raise KeyRefusedError("the key is over already: make a new one")
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        days = LONGEST_OVERLAP.days
        raise KeyRefusedError(f"the old key can stay good for {days} days at most")
    wanted = Wanted(
        name=key.name,
        expires=now + life,
        owner=key.owner,
        client=key.client,
        organisation=key.organisation,
        roles=key.roles,
        scopes=key.scopes,
        audiences=key.audiences,
    )
    with transaction.atomic():
        _require_sensible(wanted, facts, now)
        _bounded(wanted, facts, now)
        decision = require(by, Action.KEYS_ROTATE, key, **_handed(wanted))
        made = make(wanted, facts=facts, mint=mint, now=now, by=decision)
        ApiKey.objects.filter(pk=made.key.pk).update(replaces=key)
        made.key.replaces = key
        if overlap:
            key.ends = min(now + overlap, key.ends or key.expires)
            key.save(update_fields=["ends"])
        else:
            withdraw(key, reason="it was rotated", now=now)
    return made


def withdraw(key: ApiKey, *, reason: str, now: datetime) -> bool:
    """Refuse a key from now on, at the edge within a second; whether that was still to be done."""
    with transaction.atomic():
        done = ApiKey.objects.filter(pk=key.pk, revoked=None).update(revoked=now)
        if done and key.expires > now:
            revocations.revoke(Subject.SESSION, key.pk, until=key.expires, reason=reason)
    key.revoked = key.revoked or now
    return bool(done)


def end_due(now: datetime) -> int:
    """Withdraw keys whose successors have taken over, and keys that have become too strong.

    A key is too strong when its owner has lost the membership, a role or a scope that it has, and
    when a role of it is declared no more. Those that lack what keeps their owner out are idle from
    now on, and those that do no more are good again. How many were withdrawn.
    """
    facts = current_facts()
    count = sum(
        withdraw(key, reason="its successor took over", now=now)
        for key in _living(now).filter(ends__lte=now)
    )
    for key in _living(now).select_related("owner", "organisation", "client__client"):
        wrong = key_bounds.excess(key, facts)
        if wrong is not None:
            count += withdraw(key, reason=wrong, now=now)
        else:
            key_idling.follow(key, facts)
    return count


def of_person(person: User) -> QuerySet[ApiKey]:
    """A person's keys, the newest first."""
    keys = ApiKey.objects.select_related("organisation", "client__client")
    return keys.filter(owner=person).order_by("-created", "pk")


def state_of(key: ApiKey, now: datetime) -> str:
    """One word: ``active``, ``ending`` (it has a successor), ``idle``, ``withdrawn``, ``expired``.

    An idle one is refused until what :attr:`ApiKey.idle` says is mended.
    """
    if key.revoked is not None:
        return "withdrawn"
    if key.expires <= now:
        return "expired"
    if key.idle:
        return "idle"
    return "active" if key.ends is None else "ending"


def _living(now: datetime) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(Q(expires__gt=now), revoked=None)


def _text(key: ApiKey, *, facts: Facts, mint: Mint, now: datetime) -> str:
    client = None if key.client is None else str(key.client.pk)
    proven = Proven(
        sub=key.owner.subject if key.owner is not None else str(client),
        sid=key.pk,
        audience=tuple(key.audiences) or (facts.api_audience,),
        tenant=None if key.organisation is None else key.organisation.slug,
        roles=tuple(key.roles),
        groups=tuple(key.groups),
        email=key.email or None,
        client=client,
        scope=" ".join(key.scopes) or None,
    )
    return written(mint.issue(Purpose.KEY, proven, now=now, life=key.expires - now))


def _require_allowed(wanted: Wanted, by: By) -> None:
    if wanted.owner is not None:
        require(by, Action.KEYS_MAKE, wanted.owner, **_handed(wanted))
    elif wanted.client is not None:
        require(by, Action.CLIENTS_KEYS, wanted.client, **_handed(wanted))


def _handed(wanted: Wanted) -> dict[str, Any]:
    """What a key hands out, and what whoever it is of has, where it is to act."""
    if wanted.owner is None:
        return {"roles": wanted.roles, "held": (), "scopes": wanted.scopes}
    place = wanted.organisation
    held = () if place is None else lent.held_by(wanted.owner, place)
    # What a key of a person may ask for is bounded by the person, whom policies ask about too.
    scopes = {"scopes": wanted.scopes, "held_scopes": wanted.scopes}
    # A role that its owner has for some time is in it no longer than that: see _excess.
    return {"roles": wanted.roles, "held": held, "fleeting": (), **scopes, "to_self": True}


def _require_sensible(wanted: Wanted, facts: Facts, now: datetime) -> None:
    if not wanted.name.strip() or len(wanted.name) > 100:
        raise KeyRefusedError("give it a name of at most 100 letters, so that others know it")
    if wanted.expires <= now:
        raise KeyRefusedError("it would be over already: give it an end in the future")
    if wanted.expires > now + LONGEST_LIFE:
        days = LONGEST_LIFE.days
        raise KeyRefusedError(f"a key lives for {days} days at most: rotate it before that")
    for scope in wanted.scopes:
        if not _SCOPE.fullmatch(scope):
            raise KeyRefusedError(f"{scope[:100]!r} is no scope: one word without quotes")
    if wanted.organisation is not None and wanted.organisation.suspended is not None:
        raise KeyRefusedError(f"{wanted.organisation.slug} is suspended: restore it first")
    possible = allowed_by(facts)
    for audience in wanted.audiences:
        if audience not in possible:
            known = ", ".join(possible)
            raise KeyRefusedError(f"{audience[:200]} is no audience: there is {known}")


def _bounded(wanted: Wanted, facts: Facts, now: datetime) -> ApiKey:
    """The key that is wanted, not saved yet; :class:`KeyRefusedError` if its owner may not."""
    key = ApiKey(
        name=wanted.name.strip(),
        organisation=wanted.organisation,
        owner=wanted.owner,
        client=wanted.client,
        scopes=list(wanted.scopes),
        roles=list(wanted.roles),
        audiences=list(wanted.audiences),
        created=now,
        expires=wanted.expires,
    )
    wrong = key_bounds.excess(key, facts)
    if wrong is None:
        given = key_bounds.carried(key, facts)
        key.groups, key.email = list(given.groups), given.email
        wrong = key_bounds.lacking(key, facts)
    if wrong is not None:
        raise KeyRefusedError(wrong)
    return key
