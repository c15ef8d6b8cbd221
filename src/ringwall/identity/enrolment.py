"""Enrolment: nothing works before somebody has shown the factors that are asked of them.

The company's own people always have two factors; customers' organisations ask for what their rule
says. What is asked is the strictest of all organisations somebody belongs to. A session that has
shown less is led to set the missing factor up, or to show it if it is there. The same holds, with
no rule at all, for a session that a recovery link opened.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.http import HttpRequest
from django.utils import timezone

from ringwall.identity import sessions, vouching
from ringwall.identity.models import Kind, Membership, SecondFactor, Session, User
from ringwall.identity.strength import LEVELS, NEVER, SKEW_S, at_least

NEXT: Final = "ringwall_enrol_next"
"""Where in the session stands the page that was wanted before enrolment came between."""
FRESH: Final = 300
"""Seconds for which a proof is fresh enough to change sign-in methods."""

_RECOVERY: Final = "recovery_link"
_FACTORS: Final = frozenset({"totp", "webauthn"})
_SINGLE, _MFA, _PHR = LEVELS


class Step(StrEnum):
    """What somebody has to do before anything else."""

    ADD_FACTOR = "add a second factor"
    ADD_PASSKEY = "add a passkey"
    SHOW_FACTOR = "show the second factor"
    SHOW_PASSKEY = "show the passkey"


@dataclass(frozen=True, slots=True)
class Demand:
    """The ``acr`` that is asked of somebody, and the name of who asks."""

    level: str
    by: str = ""


def demand_on(person: User, *, federated: bool = False) -> Demand:
    """The strictest demand of the organisations somebody belongs to.

    Whom an organisation's own provider has proven (``federated``) it need not ask again, if it
    lets nobody in any other way; the company asks its own people all the same.
    """
    found = Demand(_SINGLE)
    members = Membership.objects.select_related("organisation").filter(
        user=person, active=True, organisation__suspended=None
    )
    for one in members:
        organisation = one.organisation
        level = {
            SecondFactor.OPTIONAL: _SINGLE,
            SecondFactor.REQUIRED: _MFA,
            SecondFactor.PASSKEY: _PHR,
        }.get(SecondFactor(organisation.second_factor), _PHR)
        if organisation.kind == Kind.PROVIDER:
            level = level if at_least(level, _MFA) else _MFA
        elif federated and organisation.sso_enforced:
            level = _SINGLE
        if not at_least(found.level, level):
            found = Demand(level, organisation.name)
    return found


def step_for(*, level: str, acr: str, kinds: Iterable[str], recovering: bool) -> Step | None:
    """What a session of strength ``acr`` still has to do for ``level``. Pure.

    ``kinds`` are the factors that are set up.
    """
    if recovering:
        return Step.ADD_PASSKEY if level == _PHR else Step.ADD_FACTOR
    if at_least(acr, level):
        return None
    there = set(kinds)
    if level == _PHR:
        return Step.SHOW_PASSKEY if "webauthn" in there else Step.ADD_PASSKEY
    return Step.SHOW_FACTOR if there & _FACTORS else Step.ADD_FACTOR


def missing(request: HttpRequest, session: Session, *, wanted: str = _SINGLE) -> Step | None:
    """What a session has to do before it may do anything else; ``wanted`` is what a page asks."""
    level = demand_on(session.user, federated="fed" in session.amr).level
    level = level if at_least(level, wanted) else wanted
    records = sessions.records_of(request, session.user)
    if level == _SINGLE and vouching.lacks_own_factor(records, own_factors(session)):
        level = _MFA
    kinds = vouching.kinds_in(session) if level != _SINGLE else ()
    return step_for(level=level, acr=session.acr, kinds=kinds, recovering=is_recovering(request))


def own_factors(session: Session) -> frozenset[str]:
    """The kinds of second factors that are somebody's own."""
    return vouching.own_kinds(session) & _FACTORS


def is_recovering(request: HttpRequest) -> bool:
    """Whether the session came by a recovery link and no factor has been set up since."""
    user = request.user
    if not isinstance(user, User):
        return False
    return _is_recovering(vouching.counted(sessions.records_of(request, user)))


def _is_recovering(records: Iterable[Mapping[str, Any]]) -> bool:
    found = False
    for one in records:
        if one.get("method") == _RECOVERY:
            found = True
        elif one.get("type") in _FACTORS:
            found = False
    return found


def is_fresh(request: HttpRequest) -> bool:
    """Whether somebody has just shown the strongest they have, so that they may change it."""
    session: Session | None = getattr(request, "ringwall_session", None)
    if session is None:
        return False
    if is_recovering(request):
        return True
    since = session.proven
    if session.connection is not None and since == NEVER and not vouching.kinds_in(session):
        # Their provider never says when it proved anybody: else they could never add the first.
        since = session.created
    return -SKEW_S <= (timezone.now() - since).total_seconds() < FRESH


def may_remove(
    authenticator: Authenticator, session: Session | None, *, recovering: bool = False
) -> bool:
    """Whether a factor may go: never the last one that is asked for, nor the only way in.

    For what is the person's own only what is their own stands in; they are rid of the rest at once.
    """
    if authenticator.type not in _FACTORS:
        return True
    person = authenticator.user
    others = Authenticator.objects.filter(user=person, type__in=_FACTORS)
    others = others.exclude(pk=authenticator.pk)
    if not vouching.is_vouched(authenticator):
        others = others.filter(vouchedfactor=None)
    elif session is not None and not session.vouched_by:
        return True
    left = set(others.values_list("type", flat=True))
    if recovering and authenticator.type == Authenticator.Type.TOTP:
        return True  # the session can do nothing before there is another
    if "webauthn" not in left and not person.has_usable_password():
        return False
    level = demand_on(person).level
    return level == _SINGLE or ("webauthn" in left if level == _PHR else bool(left))


def connect() -> None:
    """Listen: whoever has just set a factor up has shown it."""
    authenticator_added.connect(_added, dispatch_uid="ringwall.identity.enrolment.added")


def _added(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    session: Session | None = getattr(request, "ringwall_session", None)
    if session is None or authenticator.type not in _FACTORS:
        return
    record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
    sessions.prove(request, session)
