"""Sessions of people: begun by a sign-in, proven again by a step-up, ended for good."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.db import transaction
from django.dispatch import Signal
from django.http import HttpRequest
from django.utils import timezone

from ringwall.identity import browser_sessions, revocations, vouching
from ringwall.identity.browser_sessions import kept_key
from ringwall.identity.installed import current_facts
from ringwall.identity.models import (
    Connection,
    Membership,
    Organisation,
    ProvisionedUser,
    Session,
    Subject,
    User,
)
from ringwall.identity.networks import is_within
from ringwall.identity.requesting import leaving
from ringwall.identity.sso import forcing
from ringwall.identity.strength import Strength, at_least, strength_of

log = logging.getLogger("ringwall.identity")

ended = Signal()
"""Sent with ``session`` once one has ended for good."""

_NOTED_EVERY = timedelta(seconds=60)


def begin(request: HttpRequest, user: User) -> Session:
    """Begin the session of somebody who has just signed in; the sign-in has made a new key."""
    now, facts = timezone.now(), current_facts()
    request.session.set_expiry(None)  # that of a stranger is much shorter
    if not request.session.session_key:
        request.session.save()
    address, connection = address_of(request), connection_of(request, user)
    records = records_of(request, user)
    voucher = vouching.voucher_of(records)
    organisation = default_organisation(
        user, address=address, connection=connection, vouched_by=voucher
    )
    idle, absolute = limits(organisation)
    proven = strength_of(vouching.counted(records), now=now)
    made = Session.objects.create(
        user=user,
        organisation=organisation,
        key=kept_key(request.session.session_key),
        created=now,
        last_use=now,
        expires=now + timedelta(seconds=absolute),
        idle=idle,
        acr=proven.acr,
        amr=list(proven.amr),
        proven=proven.at,
        address=address,
        connection=connection,
        vouched_by=voucher,
        user_agent=request.headers.get("User-Agent", "")[:400],
    )
    log.info("session %s of %s begins (%s, %s)", made.id, user.subject, proven.acr, facts.origin)
    return made


def of_request(request: HttpRequest) -> Session | None:
    """The living session of a request at the host of sign-in, its use noted; else ``None``."""
    found = (
        Session.objects.select_related("user", "organisation")
        .filter(key=kept_key(request.session.session_key), ended=None)
        .first()
    )
    if found is None or found.user_id != request.user.pk or not found.user.is_active:
        return None
    now = timezone.now()
    if is_over(found, now):
        end(found, reason="it was over")
        return None
    note_use(found, now, address=address_of(request))
    prove(request, found)
    return found


def current(request: HttpRequest) -> Session | None:
    """The living session that the request came with, as found before its page was asked."""
    found: Session | None = getattr(request, "ringwall_session", None)
    return found


def signed_in(request: HttpRequest) -> Session:
    """The same for pages that only somebody signed in reaches; ``LookupError`` for anybody else."""
    found = current(request)
    if found is None:
        msg = "nobody is signed in"
        raise LookupError(msg)
    return found


def is_over(session: Session, now: datetime) -> bool:
    """Whether a session has ended, by somebody or by the clock."""
    idle_until = session.last_use + timedelta(seconds=session.idle)
    return session.ended is not None or now >= session.expires or now >= idle_until


def note_use(session: Session, now: datetime, *, address: str | None = None) -> None:
    """Note that a session is in use, once a minute at most."""
    if now - session.last_use < _NOTED_EVERY:
        return
    session.last_use = now
    changed: dict[str, Any] = {"last_use": now}
    if address is not None:
        session.address = changed["address"] = address
    Session.objects.filter(pk=session.pk, ended=None).update(**changed)


def prove(request: HttpRequest, session: Session) -> None:
    """Take over what was proven since: a step-up changes the session's key and its strength."""
    records = records_of(request, session.user)
    if not records:
        return  # nothing was proven since: a session that began so does not stay fresh for that
    proven = strength_of(vouching.counted(records), now=timezone.now())
    if proven == Strength(session.acr, tuple(session.amr), session.proven):
        return
    if proven.at > session.proven or not at_least(session.acr, proven.acr):
        request.session.cycle_key()  # times are in seconds: more can be proven within the same one
    session.key = kept_key(request.session.session_key)
    session.acr, session.amr, session.proven = proven.acr, list(proven.amr), proven.at
    session.connection = connection_of(request, session.user)
    session.vouched_by = vouching.voucher_of(records)
    session.save(update_fields=["key", "acr", "amr", "proven", "connection", "vouched_by"])


def end(session: Session, *, reason: str) -> None:
    """End a session: its pages, its visits and its tokens everywhere."""
    now = timezone.now()
    until = revocations.until_tokens_end(now)
    with transaction.atomic():
        done = Session.objects.filter(pk=session.pk, ended=None).update(
            ended=now, end_reason=reason[:40]
        )
        if not done:
            return
        # Read after the update, which nobody else's can pass: the turn that is really the last.
        session.refresh_from_db(fields=["turn"])
        revocations.revoke(Subject.SESSION, session.sid, until=until, reason=reason)
        session.visits.all().delete()
    browser_sessions.forget(session.key)
    session.ended = now
    ended.send(sender=Session, session=session)
    log.info("session %s of %s ends: %s", session.pk, session.user_id.hex, reason)


def end_all(user: User, *, reason: str, but: Session | None = None) -> int:
    """End every session of a person, but for one; how many."""
    living = user.sessions.filter(ended=None).exclude(pk=but.pk if but else None)
    found = list(living)
    for one in found:
        end(one, reason=reason)
    return len(found)


def end_others(own: Session, *, reason: str) -> int:
    """End every session of a person that one of theirs may end, but for that one; how many."""
    living = own.user.sessions.filter(ended=None).exclude(pk=own.pk)
    found = [one for one in living if vouching.shows(own, one)]
    for one in found:
        end(one, reason=reason)
    return len(found)


def disable(user: User, *, reason: str) -> None:
    """Let a person in nowhere any more, from this moment on.

    A directory that has disabled them before no longer may enable them again.
    """
    ProvisionedUser.objects.filter(membership__user=user).update(disabled_account=False)
    User.objects.filter(pk=user.pk).update(is_active=False)
    with transaction.atomic():
        leaving.leave(user)
    revocations.revoke(Subject.USER, user.subject, until=None, reason=reason)
    end_all(user, reason=reason)


def enable(user: User) -> None:
    """Let a person sign in again; sessions that were ended stay so."""
    User.objects.filter(pk=user.pk).update(is_active=True)
    revocations.lift(Subject.USER, user.subject)


def default_organisation(
    user: User,
    *,
    address: str | None = None,
    connection: Connection | None = None,
    vouched_by: str = "",
) -> Organisation | None:
    """The organisation somebody acts for who has chosen none.

    That of the connection they came by, or the customer's whose word is all there is, else the only
    one, else the company's; one that lets them in from ``address`` before one that does not.
    """
    found = [
        one.organisation
        for one in Membership.objects.filter(user=user, active=True, organisation__suspended=None)
        .select_related("organisation")
        .order_by("created")
    ]

    def last_wanted(one: Organisation) -> tuple[bool, bool, bool]:
        own = connection is not None and one.pk == connection.organisation_id
        own |= str(one.pk) == vouched_by
        return (not own, not is_within(address, one.networks), one.kind != "provider")

    return min(found, key=last_wanted, default=None)


def address_of(request: HttpRequest) -> str | None:
    """The client's address as the edge saw it; nobody else can set this header."""
    return request.headers.get("X-Ringwall-Address") or None


def records_of(request: HttpRequest, user: User) -> list[Mapping[str, Any]]:
    """What somebody has proven in this browser, how and when; nothing that another one proved.

    What their provider proved it has proven when it says, not when they came from there.
    """
    found: list[Mapping[str, Any]] = get_authentication_records(request, user)
    at = forcing.proven_at(request)
    return [{**one, "at": at} if one.get("method") == "socialaccount" else one for one in found]


def connection_of(request: HttpRequest, user: User) -> Connection | None:
    """The connection that somebody's last sign-on in this browser came by."""
    for one in reversed(records_of(request, user)):
        if one.get("method") == "socialaccount":
            return Connection.objects.filter(slug=one.get("provider"), enabled=True).first()
    return None


def limits(organisation: Organisation | None) -> tuple[int, int]:
    """How long a session lives that acts for an organisation, the shorter of its and our limits.

    Seconds without a use, and seconds in all.
    """
    wanted = current_facts().settings.sessions
    idle, absolute = int(wanted.idle), int(wanted.absolute)
    if organisation is not None:
        idle = min(idle, organisation.session_idle or idle)
        absolute = min(absolute, organisation.session_absolute or absolute)
    return idle, absolute
