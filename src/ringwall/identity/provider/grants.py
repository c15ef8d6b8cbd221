"""Grants: begun with a code, used by it once, renewed by refresh tokens that serve once each.

A code and a refresh token are spent in one statement that says what they must still be. The
database lets exactly one of two uses do that, on every engine; the other finds the token spent,
which nobody honest does, and ends the grant (RFC 6749 section 4.1.2, RFC 9700 section 4.14.2).
"""

import base64
import hmac
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, models, transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from ringwall.identity import revocations, sessions
from ringwall.identity.admission import acr_in
from ringwall.identity.models import (
    ApiClient,
    Grant,
    Membership,
    Organisation,
    Participation,
    Session,
    Subject,
)
from ringwall.identity.provider.prepared import Prepared
from ringwall.identity.secrets import hash_of, new_secret

CODE_LIFE: Final = timedelta(seconds=60)
ACCESS_LIFE: Final = revocations.ACCESS_LIFE
"""Of access tokens; so long a revocation of a grant is kept."""

_SALT: Final = "ringwall.identity.refresh"
_PREFIX: Final = "rwr_"

log = logging.getLogger("ringwall.identity.provider")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person grants to a client."""

    client: ApiClient
    session: Session
    organisation: Organisation | None
    scopes: Sequence[str]
    audiences: Sequence[str]
    nonce: str = ""
    redirect_uri: str = ""
    challenge: str = ""


def open_with_code(wanted: Wanted, *, now: datetime) -> str:
    """Begin a grant; its code, good once and for a minute."""
    code = new_secret()
    grant = _new(wanted, now)
    grant.code_hash, grant.code_expires = hash_of(code), now + CODE_LIFE
    grant.save(force_insert=True)
    return code


def open_now(wanted: Wanted, *, now: datetime) -> Grant:
    """Begin a grant without a code, for a device."""
    grant = _new(wanted, now)
    grant.save(force_insert=True)
    _take_part(grant)
    return grant


def of_code(code: str, *, client: ApiClient, now: datetime) -> Grant | None:
    """The grant that a code of this client begins; a spent code ends what came of it."""
    found = _all().filter(code_hash=hash_of(code), client=client.pk).first()
    if found is None:
        return None
    if found.code_used is not None:
        end(found, reason="its code was used twice", now=now)
        return None
    if found.code_expires is None or found.code_expires <= now:
        return None
    return found if _is_alive(found, now) else None


def spend_code(grant: Grant, *, now: datetime) -> bool:
    """Use the code up; ``False``, and the end of the grant, if somebody was faster."""
    done = Grant.objects.filter(pk=grant.pk, code_used=None, ended=None).update(
        code_used=now, last_use=now
    )
    if done:
        _take_part(grant)
        return True
    end(grant, reason="its code was used twice", now=now)
    return False


def refresh_token(grant: Grant) -> str:
    """The refresh token that is good now."""
    return f"{_PREFIX}{grant.pk}.{grant.serial}.{_mac(grant.pk, grant.serial)}"


def of_refresh_token(token: str, *, client: ApiClient, now: datetime) -> Grant | None:
    """The grant of a refresh token of this client; one that was used before ends the grant."""
    named = _named(token)
    if named is None:
        return None
    grant_id, serial = named
    found = _BY_ID.first(grant_id)
    if found is None or found.client_id != client.pk or not _is_alive(found, now):
        return None
    if found.serial != serial:
        end(found, reason="a refresh token was used twice", now=now)
        return None
    return found


def spend_refresh_token(grant: Grant, *, now: datetime) -> bool:
    """Use the current token up, so that the next is good; ``False``, and the end, if too late."""
    # By hand, since it takes Django longer to write this down than the database to do it.
    at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, [at, grant.pk, grant.serial])
        done = cursor.rowcount == 1
    if done:
        grant.serial += 1
        return True
    end(grant, reason="a refresh token was used twice", now=now)
    return False


def take_back_refresh_token(grant: Grant) -> None:
    """Have the token before be good again: the one that followed was given to nobody."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, [grant.pk, grant.serial])
    grant.serial -= 1


def end(grant: Grant, *, reason: str, now: datetime) -> None:
    """End a grant: no refresh any more, and its access tokens are over at once."""
    with transaction.atomic():
        done = Grant.objects.filter(pk=grant.pk, ended=None).update(
            ended=now, end_reason=reason[:60]
        )
        if done:
            revocations.revoke(Subject.SESSION, grant.pk, until=now + ACCESS_LIFE, reason=reason)
    if done:
        grant.ended = now
        log.warning("grant %s of client %s ends: %s", grant.pk, grant.client_id, reason)


def by_refresh_token(token: str) -> Grant | None:
    """The grant that a refresh token names, whoever shows it and however old it is."""
    named = _named(token)
    return None if named is None else _BY_ID.first(named[0])


def by_id(grant_id: str) -> Grant | None:
    """A grant with its person, session and organisation."""
    return _BY_ID.first(grant_id)


def is_current(grant: Grant, token: str, *, now: datetime) -> bool:
    """Whether a refresh token is the one that is good now."""
    return _is_alive(grant, now) and _named(token) == (grant.pk, grant.serial)


def membership(grant: Grant) -> Membership | None:
    """The person's place in the organisation that the grant is for, if it still is theirs."""
    if grant.organisation_id is None:
        return None
    return _MEMBERS.first(grant.pk)


def is_of_member(grant: Grant) -> bool:
    """Whether the person belongs to whom they act for, or acts for nobody but themselves.

    Asked wherever a token is judged here: what tells the edge so is a revocation, which is over one
    day, and there may be ways out of an organisation that revoke nothing.
    """
    return grant.organisation_id is None or membership(grant) is not None


def _new(wanted: Wanted, now: datetime) -> Grant:
    session = wanted.session
    return Grant(
        client_id=wanted.client.pk,
        user_id=session.user_id,
        session=session,
        organisation=wanted.organisation,
        scopes=list(wanted.scopes),
        audiences=list(wanted.audiences),
        acr=acr_in(session, wanted.organisation),
        amr=list(session.amr),
        auth_time=session.proven,
        nonce=wanted.nonce,
        redirect_uri=wanted.redirect_uri,
        challenge=wanted.challenge,
        created=now,
        last_use=now,
        expires=session.expires,
    )


def _all() -> models.QuerySet[Grant]:
    return Grant.objects.select_related("user", "session__connection", "organisation")


_BY_ID: Final = Prepared(lambda grant_id: _all().filter(pk=grant_id))
_MEMBERS: Final = Prepared(
    lambda grant_id: Membership.objects.select_related("organisation").filter(
        user__grants__pk=grant_id,
        organisation=F("user__grants__organisation"),
        active=True,
        organisation__suspended=None,
    ),
    is_shared=True,
)
_SPEND: Final = (
    'UPDATE "identity_grant" SET "serial" = "serial" + 1, "last_use" = %s '
    'WHERE "id" = %s AND "serial" = %s AND "ended" IS NULL'
)

_TAKE_BACK: Final = (
    'UPDATE "identity_grant" SET "serial" = "serial" - 1 '
    'WHERE "id" = %s AND "serial" = %s AND "ended" IS NULL'
)


def _is_alive(grant: Grant, now: datetime) -> bool:
    over = grant.ended is not None or now >= grant.expires
    return not over and not sessions.is_over(grant.session, now) and grant.user.is_active


def _take_part(grant: Grant) -> None:
    """Note that the client is to hear of the session's end."""
    Participation.objects.get_or_create(session_id=grant.session_id, client_id=grant.client_id)


def _mac(grant_id: str, serial: int) -> str:
    # The key is in the state folder and not in the database: whoever reads only that forges none.
    digest = salted_hmac(_SALT, f"{grant_id}.{serial}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _named(token: str) -> tuple[str, int] | None:
    """Grant and serial of a token that is ours, else ``None``."""
    parts = token.removeprefix(_PREFIX).split(".")
    if not token.startswith(_PREFIX) or len(token) > 200 or len(parts) != 3:
        return None
    grant_id, serial, mac = parts
    if not (serial.isascii() and serial.isdigit() and len(serial) <= 9 and mac.isascii()):
        return None
    if not hmac.compare_digest(mac, _mac(grant_id, int(serial))):
        return None
    return grant_id, int(serial)
