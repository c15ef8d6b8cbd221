"""Signing in, and failing to: told by Django and the libraries, recorded before it is answered."""

import time
from collections.abc import Iterator
from typing import Any, Final

from allauth.account.signals import authentication_step_completed
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest

from ringwall.core.events import Factor, Outcome, Person, authentication
from ringwall.core.events.signing import LOGON, OTHER
from ringwall.identity.models import Session, User
from ringwall.identity.recording.budgets import Budget
from ringwall.runtime.recording import current_actor, record, record_at_once

_TOLD_EVERY: Final = 60.0
"""Seconds between two events that tell of one address, or client, being slowed down or refused."""
_MOST_TOLD: Final = 4096
_KINDS: Final = {
    "password": Factor.PASSWORD,
    "totp": Factor.APP,
    "webauthn": Factor.PASSKEY,
    "recovery_codes": Factor.CODES,
    "socialaccount": Factor.PROVIDER,
    "code": Factor.MAIL,
}
_told: dict[str, float] = {}
_refused: Final = Budget(20)


def connect() -> None:
    """Listen."""
    prefix = "ringwall.identity.recording"
    user_login_failed.connect(_password_wrong, dispatch_uid=f"{prefix}.password")
    authentication_failed.connect(_factor_wrong, dispatch_uid=f"{prefix}.factor")
    authentication_step_completed.connect(_shown_again, dispatch_uid=f"{prefix}.again")


def person_of(user: User) -> Person:
    """Somebody, for an event."""
    return Person(user.subject, user.get_full_name(), user.email)


def signed_in(request: HttpRequest, user: User, session: Session) -> None:
    """Somebody is signed in, and has a session."""
    from ringwall.identity.sessions import records_of  # noqa: PLC0415 - which imports revocations

    made = authentication(
        LOGON,
        current_actor(),
        person_of(user),
        message="somebody signs in",
        factors=list(_factors(records_of(request, user))),
        session=session.pk,
        acr=session.acr,
    )
    record(made)


def slowed(request: HttpRequest) -> None:
    """Tries come too soon: recorded once a minute for one address."""
    actor = current_actor()
    if not _is_due(f"slowed {actor.address}"):
        return
    found = getattr(request, "ringwall_session", None)
    user = found.user if found is not None else None
    made = authentication(
        OTHER,
        actor,
        Person() if user is None else person_of(user),
        message="tries are slowed down",
        outcome=Outcome.FAILURE,
        detail="too many tries",
    )
    record_at_once(made)


def passkey_refused(user: User | None) -> None:
    """A passkey was shown that does not count; without ``user`` nobody knows whose it should be."""
    actor = current_actor()
    if user is None and not _is_due(f"passkey {actor.address}"):
        return
    made = authentication(
        LOGON,
        actor,
        Person() if user is None else person_of(user),
        message="a sign-in failed" if user is None else "a second factor failed",
        outcome=Outcome.FAILURE,
        factors=[Factor.PASSKEY],
        detail="the passkey's answer is wrong",
    )
    record_at_once(made)


_FACTORS_OF: Final = {
    "sign_on": Factor.PROVIDER,
    "sign_on_callback": Factor.PROVIDER,
    "sign_on_acs": Factor.PROVIDER,
    "sign_on_finish": Factor.PROVIDER,
    "first": Factor.LINK,
    "first_passkey": Factor.LINK,
    "first_password": Factor.LINK,
    "first_app": Factor.LINK,
    "recover": Factor.LINK,
    "recovery_password": Factor.LINK,
    "invitation": Factor.LINK,
    "account_reset_password_from_key": Factor.LINK,
}
"""Pages by which somebody unknown comes in, and what they show there."""


def turned_away(page: str, status: int, slug: str) -> None:
    """Somebody unknown did not come in by such a page: once a minute for one of one address.

    ``slug`` is the connection that they came by.
    """
    actor = current_actor()
    if page not in _FACTORS_OF or not _is_due(f"{page} {actor.address}"):
        return
    own: dict[str, Any] = {"connection": slug} if slug else {}
    made = authentication(
        LOGON,
        actor,
        Person(),
        message="a sign-in failed",
        outcome=Outcome.FAILURE,
        factors=[_FACTORS_OF[page]],
        detail=f"{page} answered {status}",
        **own,
    )
    record_at_once(made)


def program_refused(named: str, factor: Factor | None = None) -> None:
    """A client did not show who it is: twenty times a minute for one of one address.

    The name is recorded only if there is such a client: anything may stand there, and what names
    none of ours is recorded once a minute. ``factor`` is what was shown.
    """
    actor = current_actor()
    what = f"client {actor.address} {named[:100]}"
    client, left_out = named, 0
    if not _refused.knows(what):
        if not _is_due(what):
            return
        client = _known_client(named)
    if client:
        found = _refused.due(what)
        if found is None:
            return
        left_out = found
    more: dict[str, Any] = {"left_out": left_out} if left_out else {}
    made = authentication(
        LOGON,
        actor,
        Person(),
        message="a program is not let in",
        outcome=Outcome.FAILURE,
        factors=[factor or Factor.SECRET],
        is_oauth=True,
        client=client,
        **more,
    )
    record_at_once(made)


def _known_client(named: str) -> str:
    from ringwall.identity.models import ApiClient  # noqa: PLC0415 - beside the others

    if not named or len(named) > 100 or "\0" in named:
        return ""
    return named if ApiClient.objects.filter(pk=named).exists() else ""


def _password_wrong(credentials: dict[str, Any], **_: Any) -> None:
    """Nobody's address is recorded that has no account: people type passwords there."""
    email = str(credentials.get("email") or "").strip().lower()[:254]
    user = User.objects.filter(email=email.replace("\0", "")).first()
    made = authentication(
        LOGON,
        current_actor(),
        Person() if user is None else person_of(user),
        message="a sign-in failed",
        outcome=Outcome.FAILURE,
        factors=[Factor.PASSWORD],
        detail="no such account" if user is None else "the password is wrong",
    )
    record_at_once(made)


def _factor_wrong(user: User, authenticator: Any, **_: Any) -> None:
    made = authentication(
        LOGON,
        current_actor(),
        person_of(user),
        message="a second factor failed",
        outcome=Outcome.FAILURE,
        factors=[_KINDS.get(authenticator.type, Factor.APP)],
        detail="the code, or the passkey's answer, is wrong",
    )
    record_at_once(made)


def _shown_again(request: HttpRequest, user: User, **shown: Any) -> None:
    """Somebody who is signed in shows a factor once more; the first time is the sign-in itself."""
    session: Session | None = getattr(request, "ringwall_session", None)
    if session is None or session.user_id != user.pk:
        return
    made = authentication(
        OTHER,
        current_actor(),
        person_of(user),
        message="somebody shows a factor again",
        factors=list(_factors([shown])),
        session=session.pk,
    )
    record(made)


def _factors(records: Any) -> Iterator[Factor]:
    for one in records:
        name = one.get("type") if one.get("method") == "mfa" else one.get("method")
        found = _KINDS.get(str(name))
        if found is not None:
            yield found


def _is_due(what: str) -> bool:
    now = time.monotonic()
    if now - _told.get(what, -_TOLD_EVERY) < _TOLD_EVERY:
        return False
    if len(_told) >= _MOST_TOLD:
        _told.clear()
    _told[what] = now
    return True
