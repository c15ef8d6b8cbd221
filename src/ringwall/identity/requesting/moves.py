"""All the steps that a request for access can take, each one function.

::

    make -> waiting -- approve --> granted -- finish ----> over
               |                      |------ end -------> ended
               |-- deny -----> denied |------ withdraw --> withdrawn
               |-- withdraw -> withdrawn      (leave) ---> left
               `-- lapse ----> unanswered

Each holds the member's row and then the request's, so that of two steps at the same moment the
second sees what the first has done. Who left is out by
:func:`ringwall.identity.requesting.leaving.leave`.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ringwall.access.actions import Action
from ringwall.identity import membership, owning
from ringwall.identity.asking import By, require
from ringwall.identity.authority import parse_roles
from ringwall.identity.installed import current_facts
from ringwall.identity.models import (
    AccessRequest,
    Membership,
    Organisation,
    RequestApproval,
    RequestState,
    User,
)
from ringwall.identity.requesting import telling
from ringwall.identity.requesting.answering import handed, may_approve, state_at
from ringwall.identity.requesting.rules import SHORTEST, Terms, terms_of
from ringwall.identity.strength import SKEW_S
from ringwall.runtime.configuration.quantities import duration_text

log = logging.getLogger("ringwall.identity")

MOST_WAITING: Final = 20
"""Requests of one person in one organisation that wait at the same time."""
MOST_IN_A_DAY: Final = 30
"""Requests that one person makes in one organisation in 24 hours, whatever becomes of them."""
MOST_WAITING_IN_ALL: Final = 300
MOST_IN_A_DAY_IN_ALL: Final = 600
"""The same of everybody in one organisation: accounts cost a customer nothing."""
MOST_LETTERS: Final = 500
_NOT_YOURS: Final = "you may not ask for access here"
_NOT_YOURS_TO_APPROVE: Final = (
    "somebody else has to approve this: not who asks, and nobody who may not give these roles"
)
_NOT_YOURS_TO_DENY: Final = "somebody else has to deny this: whoever asks takes it back instead"
_NOT_YOURS_TO_TAKE_BACK: Final = "only whoever asked takes a request back"
_NOT_YOURS_TO_END: Final = "you may not end what somebody else was given"


class ProofError(PermissionError):
    """Whoever approves has to prove anew who they are, ``within`` so much time."""

    def __init__(self, within: timedelta) -> None:
        super().__init__("prove that it is you, then approve it once more")
        self.within = within


def make(
    organisation: Organisation,
    user: User,
    roles: Iterable[str],
    *,
    lasts: timedelta,
    reason: str,
    by: By,
) -> AccessRequest:
    """Ask for roles in an organisation, for so long from the approval on; approvers get mail.

    ``PermissionError`` when ``by`` may not ask for ``user``; ``ValueError`` for what cannot be.
    """
    facts, now = current_facts(), timezone.now()
    is_by_machine = not isinstance(by, User)
    with transaction.atomic():
        member = _member(organisation, user)
        if member is None or not member.active or not user.is_active:
            msg = f"{user.email} is not a member of {organisation.slug}"
            raise ValueError(msg)
        made = AccessRequest(
            organisation=organisation,
            user=user,
            by_machine=is_by_machine,
            reason=_sentence(reason, "say why, so that whoever approves can judge it"),
            created=now,
            answer_by=now + timedelta(seconds=facts.requests.answered_within),
        )
        require(by, Action.REQUESTS_MAKE, made, _NOT_YOURS)
        made.roles = parse_roles(roles, organisation)
        if not made.roles:
            msg = "name a role to ask for"
            raise ValueError(msg)
        terms = terms_of(made.roles, member, facts)
        made.lasts = _seconds(lasts, terms)
        _require_new(made, now)
        made.save()
    telling.asked(made)
    log.info("%s asks for %s in %s", user.subject, made.roles, organisation.slug)
    return made


def approve(
    request: AccessRequest,
    *,
    by: By,
    lasts: timedelta | None = None,
    proven: datetime | None = None,
) -> AccessRequest:
    """Approve a request, perhaps for a shorter time; the last approval that it takes grants it.

    ``proven`` is when ``by`` proved last who they are. ``PermissionError`` when ``by`` may not,
    :class:`ProofError` when that was too long ago; ``ValueError`` when it waits no more, or when
    ``lasts`` is longer than was asked for.
    """
    facts = current_facts()
    with transaction.atomic():
        found, member = _locked(request.pk)
        now = timezone.now()
        _require_state(found, RequestState.WAITING, now)
        require(by, Action.REQUESTS_APPROVE, found, _NOT_YOURS_TO_APPROVE, **handed(found))
        if member is None or not member.active or not found.user.is_active:
            msg = f"{found.user.email} is not a member of {found.organisation.slug} any more"
            raise ValueError(msg)
        if found.organisation.suspended is not None:
            msg = f"{found.organisation.name} is suspended, so nobody can act for it"
            raise ValueError(msg)
        terms = terms_of(parse_roles(found.roles, found.organisation), member, facts)
        _require_proof(by, proven, terms, now)
        user = by if isinstance(by, User) else None
        if found.approvals.filter(user=user, by_machine=user is None).exists():
            msg = "you have approved this already: it takes somebody else too"
            raise ValueError(msg)
        asked = timedelta(seconds=found.lasts)
        _require_no_longer(lasts, asked)
        given = min(asked, terms.longest) if lasts is None else lasts
        RequestApproval.objects.create(
            request=found,
            user=user,
            by_machine=user is None,
            at=now,
            lasts=_seconds(given, terms),
        )
        log.info("%s is approved by %s", found, _who(by))
        counted = [one for one in _approvals(found) if _still_counts(one, found, by)]
        if len(counted) >= terms.approvals:
            lasts = timedelta(seconds=min(one.lasts for one in counted))
            _grant(found, member, lasts, now, by=by)
            telling.granted(found)
    return found


def deny(request: AccessRequest, *, by: By, reason: str) -> AccessRequest:
    """Deny a request. ``PermissionError`` when ``by`` may not, ``ValueError`` if it is too late."""
    with transaction.atomic():
        found, _ = _locked(request.pk)
        now = timezone.now()
        _require_state(found, RequestState.WAITING, now)
        require(by, Action.REQUESTS_DENY, found, _NOT_YOURS_TO_DENY)
        note = _sentence(reason, "say why it is denied: whoever asks reads it")
        _close(found, RequestState.DENIED, now, by=by, note=note)
        telling.denied(found)
    return found


def withdraw(request: AccessRequest, *, by: By) -> AccessRequest:
    """Take back what one asked for, or give back what one was given, at once. Errors as above."""
    with transaction.atomic():
        found, member = _locked(request.pk)
        now = timezone.now()
        require(by, Action.REQUESTS_WITHDRAW, found, _NOT_YOURS_TO_TAKE_BACK)
        was = state_at(found, now)
        if was not in {RequestState.WAITING, RequestState.GRANTED}:
            _require_state(found, RequestState.WAITING, now)
        _close(found, RequestState.WITHDRAWN, now, by=by)
        if was == RequestState.GRANTED:
            _take(found, member, by=by)
            telling.ended(found)
    return found


def end(request: AccessRequest, *, by: By, reason: str) -> AccessRequest:
    """End early, and at once, what somebody was given. Errors as above."""
    with transaction.atomic():
        found, member = _locked(request.pk)
        now = timezone.now()
        _require_state(found, RequestState.GRANTED, now)
        require(by, Action.REQUESTS_END, found, _NOT_YOURS_TO_END)
        note = _sentence(reason, "say why it ends: whoever has it reads it")
        _close(found, RequestState.ENDED, now, by=by, note=note)
        _take(found, member, by=by)
        telling.ended(found)
    return found


def close_due(now: datetime) -> int:
    """Write down what the clock has ended, and tell of it; how many requests."""
    waiting = AccessRequest.objects.filter(state=RequestState.WAITING, answer_by__lte=now)
    granted = AccessRequest.objects.filter(state=RequestState.GRANTED, ends__lte=now)
    due = [*waiting.values_list("pk", flat=True), *granted.values_list("pk", flat=True)]
    return sum(_is_closed_now(pk, now) for pk in due)


def _grant(
    found: AccessRequest, member: Membership, lasts: timedelta, now: datetime, *, by: By
) -> None:
    found.state, found.granted, found.ends = RequestState.GRANTED, now, now + lasts
    found.save(update_fields=["state", "granted", "ends"])
    member.lent_until = max(found.ends, member.lent_until or found.ends)
    member.save(update_fields=["lent_until"])
    membership.let_follow(member, reason="roles given for some time")
    owning.follow(by=by, place=found.organisation)
    log.info("%s: %s has %s until %s", found, found.user.subject, found.roles, found.ends)


def _take(found: AccessRequest, member: Membership | None, *, by: By) -> None:
    """Let what was ended early be over at the edge too, and owners know if it was theirs."""
    if member is not None:
        membership.let_follow(member, reason="roles for some time ended early")
    owning.follow(by=by, place=found.organisation)


def _is_closed_now(pk: UUID, now: datetime) -> bool:
    try:
        return _lapse_or_finish(pk, now)
    except Exception:
        # The others are to be told of nevertheless, and this one is tried again in a minute.
        log.exception("request %s cannot be closed", pk)
        return False


def _lapse_or_finish(pk: UUID, now: datetime) -> bool:
    with transaction.atomic():
        found, _ = _locked(pk)
        became = state_at(found, now)
        if became == found.state:
            return False
        at = found.ends if became == RequestState.OVER else found.answer_by
        _close(found, became, at or now, by=None)
        if became == RequestState.OVER:
            telling.ended(found)
        else:
            telling.unanswered(found)
    return True


def _close(
    found: AccessRequest, state: RequestState, at: datetime, *, by: By | None, note: str = ""
) -> None:
    if found.state == RequestState.GRANTED and found.ends is not None:
        found.ends = min(found.ends, at)
    found.state, found.closed, found.note = state, at, note
    found.closed_by = by if isinstance(by, User) else None
    found.closed_by_machine = by is not None and not isinstance(by, User)
    found.save(update_fields=["state", "closed", "ends", "note", "closed_by", "closed_by_machine"])
    log.info("%s is %s by %s", found, state, "the clock" if by is None else _who(by))


def _locked(pk: UUID) -> tuple[AccessRequest, Membership | None]:
    """A request and the membership it is about, to be changed by us alone."""
    about = AccessRequest.objects.select_related("organisation", "user").filter(pk=pk).first()
    if about is None:
        msg = "there is no such request any more"
        raise LookupError(msg)
    member = _member(about.organisation, about.user)
    found = (
        AccessRequest.objects.select_for_update(of=("self",))
        .select_related("organisation", "user")
        .get(pk=pk)
    )
    return found, member


def _member(organisation: Organisation, user: User) -> Membership | None:
    return (
        Membership.objects.select_for_update(of=("self",))
        .select_related("organisation", "user")
        .filter(organisation=organisation, user=user)
        .first()
    )


def _approvals(request: AccessRequest) -> list[RequestApproval]:
    return list(request.approvals.select_related("user").order_by("at"))


def _still_counts(approval: RequestApproval, request: AccessRequest, by: By) -> bool:
    """Whether whoever approved may still: what they said before they lost the right is nothing."""
    if approval.user is None:
        return approval.by_machine
    if isinstance(by, User) and by.pk == approval.user_id:
        return True
    return may_approve(approval.user, request)


def _require_state(request: AccessRequest, wanted: RequestState, now: datetime) -> None:
    found = state_at(request, now)
    if found != wanted:
        msg = f"it is too late for this: the request is {found.label.lower()}"
        raise ValueError(msg)


def _require_new(made: AccessRequest, now: datetime) -> None:
    waiting = AccessRequest.objects.filter(
        organisation=made.organisation, state=RequestState.WAITING, answer_by__gt=now
    )
    asked = list(waiting.filter(user=made.user).values_list("roles", flat=True))
    if len(asked) >= MOST_WAITING:
        msg = f"{MOST_WAITING} requests wait already: take some back first"
        raise ValueError(msg)
    if waiting.count() >= MOST_WAITING_IN_ALL:
        msg = f"{MOST_WAITING_IN_ALL} requests wait in {made.organisation.name}: wait for answers"
        raise ValueError(msg)
    lately = _made_in_a_day(made, now)
    if not made.by_machine and lately.count() >= MOST_IN_A_DAY_IN_ALL:
        msg = f"{MOST_IN_A_DAY_IN_ALL} requests were made here in 24 hours: wait, and ask then"
        raise ValueError(msg)
    if not made.by_machine and lately.filter(user=made.user).count() >= MOST_IN_A_DAY:
        msg = (
            f"nobody asks more than {MOST_IN_A_DAY} times in 24 hours: wait, or ask for all at once"
        )
        raise ValueError(msg)
    twice = sorted({role for one in asked for role in one} & set(made.roles))
    if twice:
        msg = f'a request for "{twice[0]}" waits already: take it back to ask anew'
        raise ValueError(msg)


def _made_in_a_day(made: AccessRequest, now: datetime) -> "QuerySet[AccessRequest]":
    """What people asked for there lately: each time is mail to many, and a row to read."""
    return AccessRequest.objects.filter(
        organisation=made.organisation,
        by_machine=False,
        created__gt=now - timedelta(days=1),
    )


def _require_proof(by: By, proven: datetime | None, terms: Terms, now: datetime) -> None:
    if terms.proof_within is None or not isinstance(by, User):
        return
    skew = timedelta(seconds=SKEW_S)
    if proven is None or not -skew <= now - proven <= terms.proof_within:
        raise ProofError(terms.proof_within)


def _require_no_longer(lasts: timedelta | None, asked: timedelta) -> None:
    if lasts is not None and lasts > asked:
        msg = f"asked for is {duration_text(asked.total_seconds())}: it can be shortened only"
        raise ValueError(msg)


def _seconds(lasts: timedelta, terms: Terms) -> int:
    if not SHORTEST <= lasts <= terms.longest:
        longest = duration_text(terms.longest.total_seconds())
        msg = f"these roles are given for 1m to {longest}"
        raise ValueError(msg)
    return int(lasts.total_seconds())


def _sentence(text: str, otherwise: str) -> str:
    found = " ".join(text.split())
    if not found:
        raise ValueError(otherwise)
    if len(found) > MOST_LETTERS:
        msg = f"write no more than {MOST_LETTERS} letters"
        raise ValueError(msg)
    return found.replace("\0", "")


def _who(by: By) -> str:
    return by.subject if isinstance(by, User) else "a command"
