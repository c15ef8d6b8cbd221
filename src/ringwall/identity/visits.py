"""Visits: how a session at the host of sign-in becomes a cookie of a protected host.

1. The edge sends a browser without a session to ``/enter`` with ``state`` (also in a cookie of the
   protected host) and ``to``, the very page it wanted.
2. Once the person is signed in as the page asks, :func:`open_entry` makes a code for that host.
3. ``/.ringwall/enter`` on the protected host takes the code (:func:`take_entry`), if the state is
   that of this browser, and sets the host's own cookie: ``<exp>.<secret>~<token>``.
4. When the token is over the edge asks :func:`renew` with the secret, once, and goes on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import jwt
from django.db import transaction
from django.utils import timezone

from ringwall.identity import effective, lent, sessions
from ringwall.identity.admission import Objection, acr_in, objection
from ringwall.identity.facts import Facts
from ringwall.identity.kinds import Purpose
from ringwall.identity.models import EntryCode, Membership, Organisation, Session, Visit
from ringwall.identity.secrets import hash_of, new_secret
from ringwall.identity.tokens import Mint, Proven, end_of
from ringwall.identity.vouching import speaks_for, voucher_in_words

COOKIE: Final = "__Host-ringwall"
STATE_COOKIE: Final = "__Host-ringwall-state"

_ENTRY_LIFE: Final = timedelta(seconds=60)
_SAME_MOMENT: Final = timedelta(seconds=20)
"""Requests that ask for a new token within this time get the same one."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A visit that begins or goes on: the cookie's value, its life in seconds, where to go."""

    cookie: str
    life: int
    target: str = ""


class EntryRefusedError(Exception):
    """The rules of the organisation keep the session out; ``objection`` says which and why."""

    def __init__(self, objection: Objection) -> None:
        super().__init__(objection.text)
        self.objection = objection


class NotAMemberError(Exception):
    """The host is of an organisation that the person does not belong to; ``slug`` names it."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


def organisation_for(
    session: Session, authority: str, facts: Facts, *, address: str | None = None
) -> Organisation | None:
    """For whom somebody acts at a host: the tenant it names, else the session's choice.

    :class:`NotAMemberError` when the host names a tenant that is not theirs, or the session speaks
    for a customer alone who is theirs no more;
    :class:`EntryRefusedError` when the organisation's rules ask for more than the session has shown
    or do not let ``address`` in (by default where the session was used last).
    """
    slug = facts.tenant_of(authority)
    if slug is None:
        slug = _chosen(session)
        if slug is None:
            if not speaks_for(session, None):
                raise NotAMemberError(voucher_in_words(session))
            return None
    found = membership(session, slug)
    if found is None:
        raise NotAMemberError(slug)
    refused = objection(session, found, address=address or session.address, now=timezone.now())
    if refused is not None:
        raise EntryRefusedError(refused)
    return found.organisation


def _chosen(session: Session) -> str | None:
    """The organisation that a session acts for; one that has left it is followed by another."""
    if session.organisation is not None and membership(session, session.organisation.slug):
        return session.organisation.slug
    session.organisation = sessions.default_organisation(
        session.user, address=session.address, vouched_by=session.vouched_by
    )
    session.save(update_fields=["organisation"])
    return session.organisation.slug if session.organisation is not None else None


def membership(session: Session, slug: str) -> Membership | None:
    """The session's person in an organisation that may be used."""
    return (
        Membership.objects.select_related("organisation")
        .filter(user=session.user_id, active=True)
        .filter(organisation__slug=slug, organisation__suspended=None)
        .first()
    )


def open_entry(
    session: Session, *, target: str, state: str, facts: Facts, address: str | None = None
) -> str:
    """Return the URL on the protected host that begins a visit there, good once and for a minute.

    ``target`` must be a page that ``facts`` protects: ``ValueError`` otherwise. Refuses as
    :func:`organisation_for` does.
    """
    if not facts.protects(target):
        msg = "the page is not on a protected host"
        raise ValueError(msg)
    authority = target.removeprefix("https://").partition("/")[0].partition("?")[0].lower()
    code = new_secret()
    EntryCode.objects.create(
        code_hash=hash_of(code),
        session=session,
        organisation=organisation_for(session, authority, facts, address=address),
        host=authority,
        state=state[:64],
        target=target,
        expires=timezone.now() + _ENTRY_LIFE,
    )
    return f"https://{authority}/.ringwall/enter?code={code}"


def take_entry(
    code: str, *, state: str, authority: str, facts: Facts, mint: Mint
) -> Entered | None:
    """Take a code once, at the host and in the browser it was made for; ``None`` for all else."""
    now = timezone.now()
    with transaction.atomic():
        found = (
            EntryCode.objects.select_for_update(of=("self",))
            .select_related("session__user", "organisation")
            .filter(code_hash=hash_of(code), host=authority.lower(), used=None, expires__gt=now)
            .first()
        )
        if found is None or not state or found.state != state:
            return None
        EntryCode.objects.filter(pk=found.pk).update(used=now)
        if sessions.is_over(found.session, now) or not found.session.user.is_active:
            return None
        secret = new_secret()
        visit = Visit.objects.create(
            session=found.session,
            host=found.host,
            secret_hash=hash_of(secret),
            organisation=found.organisation,
        )
    token, expires = _token(visit, found.session, now=now, facts=facts, mint=mint)
    cookie = cookie_value(secret, token, expires)
    return _entered(cookie, found.session, now, target=found.target)


def page_of(code: str, *, authority: str) -> str | None:
    """The page that a code of this host was made for, whether it is still good or not."""
    found: str | None = (
        EntryCode.objects.filter(code_hash=hash_of(code), host=authority.lower())
        .values_list("target", flat=True)
        .first()
    )
    return found


def renew(
    secret: str, *, authority: str, facts: Facts, mint: Mint, address: str | None = None
) -> Entered | None:
    """The cookie's new value while the session lives, else ``None``."""
    now = timezone.now()
    visit = (
        Visit.objects.select_related("session__user", "organisation")
        .filter(secret_hash=hash_of(secret), host=authority.lower())
        .first()
    )
    if visit is None:
        return None
    session = visit.session
    if sessions.is_over(session, now) or not session.user.is_active:
        return None
    if not _may_go_on(visit, address=address, now=now):
        return None
    fresh_from = now + timedelta(seconds=facts.settings.token_lifetime) - _SAME_MOMENT
    if (
        visit.token
        and visit.token_expires is not None
        and visit.token_expires > fresh_from
        and _sid_of(visit.token) == session.sid
    ):
        same = cookie_value(secret, visit.token, visit.token_expires)
        return _entered(same, session, now)
    sessions.note_use(session, now, address=address)
    token, expires = _token(visit, session, now=now, facts=facts, mint=mint)
    return _entered(cookie_value(secret, token, expires), session, now)


def session_of(cookie: str, authority: str) -> Session | None:
    """The living session of the cookie that a host's visitor shows, else ``None``."""
    secret = cookie.strip('"').partition("~")[0].partition(".")[2]
    visit = (
        Visit.objects.select_related("session__user", "session__organisation")
        .filter(secret_hash=hash_of(secret), host=authority.lower())
        .first()
    )
    if visit is None or sessions.is_over(visit.session, timezone.now()):
        return None
    return visit.session if visit.session.user.is_active else None


def _entered(cookie: str, session: Session, now: datetime, *, target: str = "") -> Entered:
    return Entered(cookie, max(1, int((session.expires - now).total_seconds())), target)


def _may_go_on(visit: Visit, *, address: str | None, now: datetime) -> bool:
    """Whether the organisation's rules still let a visit in; those who may not are told so there.

    A host that the person entered for an organisation that they have left since is entered anew.
    """
    if visit.organisation is None:
        return speaks_for(visit.session, None)
    found = membership(visit.session, visit.organisation.slug)
    if found is None:
        return False
    return objection(visit.session, found, address=address, now=now) is None


def _sid_of(token: str) -> str | None:
    """The ``sid`` of a token of our own: one of an earlier turn is refused at the edge."""
    found: str | None = jwt.decode(token, options={"verify_signature": False}).get("sid")
    return found


def cookie_value(secret: str, token: str, expires: datetime) -> str:
    """What stands in the cookie; the edge reads the time to know when to ask for the next."""
    return f"{int(expires.timestamp())}.{secret}~{token}"


def _token(
    visit: Visit, session: Session, *, now: datetime, facts: Facts, mint: Mint
) -> tuple[str, datetime]:
    life = timedelta(seconds=facts.settings.token_lifetime)
    proven = proven_by(session, visit.organisation, host=visit.host, facts=facts, now=now)
    token, expires = (
        mint.issue(Purpose.SESSION, proven, now=now, life=life),
        end_of(proven, now, life),
    )
    visit.token, visit.token_expires, visit.token_made = token, expires, now
    visit.save(update_fields=["token", "token_expires", "token_made"])
    return token, expires


def proven_by(
    session: Session, organisation: Organisation | None, *, host: str, facts: Facts, now: datetime
) -> Proven:
    """What a token of a session, made ``now``, says at ``host``."""
    found = None if organisation is None else membership(session, organisation.slug)
    has = lent.in_token(found, now)
    pattern = facts.host_of(host)
    return Proven(
        sub=session.user.subject,
        sid=session.sid,
        audience=(facts.origin_of(pattern or host.partition(":")[0]),),
        tenant=organisation.slug if found and organisation else None,
        roles=effective.roles(has.roles, organisation, facts),
        until=has.until,
        groups=effective.groups(found, facts),
        email=session.user.email,
        name=session.user.name or None,
        acr=acr_in(session, organisation if found else None),
        amr=tuple(session.amr),
        auth_time=int(session.proven.timestamp()),
        more={"host": host.lower()},
    )
