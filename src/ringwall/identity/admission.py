"""Whether a session may act for an organisation now: its rules, one after the other.

Asked at sign-in, when a host is entered, at each renewal and on pages of the organisation.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db.models import Max
from django.db.models.functions import Coalesce

from ringwall.access.built_in import OWNER
from ringwall.identity.models import (
    Connection,
    Kind,
    Membership,
    Organisation,
    SecondFactor,
    Session,
    User,
)
from ringwall.identity.networks import is_within
from ringwall.identity.strength import at_least
from ringwall.identity.vouching import speaks_for


class Reason(StrEnum):
    """Why a session may not act for an organisation."""

    NETWORK = "network"
    SIGN_ON = "sign-on"
    OWN_PROOF = "a proof of one's own"
    FACTOR = "factor"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """What is missing. ``factor`` is the strength asked for, with :attr:`Reason.FACTOR`."""

    reason: Reason
    organisation: Organisation
    factor: str | None = None

    @property
    def text(self) -> str:
        """The sentence for the person."""
        name = self.organisation.name
        return {
            Reason.NETWORK: f"{name} lets its members in only from certain networks, and you are "
            "not in one of them. Connect as your company asks, or ask its administrator.",
            Reason.SIGN_ON: f"{name} asks its members to sign in with its own single sign-on.",
            Reason.OWN_PROOF: f"The sign-on of another organisation does not count for {name}: "
            "sign out, and sign in with your own password or passkey. If you have none, ask for a "
            "link to set a password on the sign-in page.",
            Reason.FACTOR: f"{name} asks for a passkey."
            if self.factor == "phr"
            else f"{name} asks for a second factor.",
            Reason.OVER: f"You have been signed in for longer than {name} allows.",
        }[self.reason]


_ACR: Final = {
    SecondFactor.OPTIONAL.value: "single",
    SecondFactor.REQUIRED.value: "mfa",
    SecondFactor.PASSKEY.value: "phr",
}


def required_acr(organisation: Organisation) -> str:
    """The strength that an organisation asks for; the company's own people always show two."""
    wanted = _ACR[organisation.second_factor]
    if organisation.kind == Kind.PROVIDER and wanted == "single":
        return "mfa"
    return wanted


def acr_in(session: Session, organisation: Organisation | None) -> str:
    """How strong a session is for an organisation.

    An identity provider that is trusted to ask for two factors is so by its own organisation only.
    """
    connection = session.connection
    if (
        session.acr == "single"
        and organisation is not None
        and connection is not None
        and connection.organisation_id == organisation.pk
        and connection.settings.get("proves_second_factor") is True
    ):
        return "mfa"
    return session.acr


def objection(
    session: Session, member: Membership, *, address: str | None, now: datetime
) -> Objection | None:
    """What keeps a session from acting for the organisation of ``member``; ``None`` for nothing.

    The most final comes first: another network cannot be mended by signing in again.
    """
    organisation = member.organisation
    if not is_within(address, organisation.networks):
        return Objection(reason=Reason.NETWORK, organisation=organisation)
    if _is_over(session, organisation, now):
        return Objection(reason=Reason.OVER, organisation=organisation)
    if organisation.sso_enforced and not _by_own_sign_on(session, member):
        return Objection(reason=Reason.SIGN_ON, organisation=organisation)
    if not speaks_for(session, organisation):
        return Objection(reason=Reason.OWN_PROOF, organisation=organisation)
    wanted = required_acr(organisation)
    if not at_least(acr_in(session, organisation), wanted):
        return Objection(reason=Reason.FACTOR, organisation=organisation, factor=wanted)
    return None


def sign_in_objection(
    user: User, *, connection: Connection | None, address: str | None
) -> Objection | None:
    """What keeps somebody from signing in at all: every organisation of theirs objects.

    Somebody without an organisation may sign in: they have an account, and may be invited. Factors
    are no matter here, since whoever is signed in can still show another.
    """
    found: list[Objection] = []
    members = Membership.objects.select_related("organisation").filter(
        user=user, active=True, organisation__suspended=None
    )
    for member in members:
        organisation = member.organisation
        own = connection is not None and connection.organisation_id == organisation.pk
        if not is_within(address, organisation.networks):
            found.append(Objection(reason=Reason.NETWORK, organisation=organisation))
        elif organisation.sso_enforced and not own and not _breaks_glass(member):
            found.append(Objection(reason=Reason.SIGN_ON, organisation=organisation))
        else:
            return None
    # That another way of signing in would do is the more useful thing to say.
    return next((one for one in found if one.reason is Reason.SIGN_ON), next(iter(found), None))


def _by_own_sign_on(session: Session, member: Membership) -> bool:
    connection = session.connection
    if connection is not None and connection.organisation_id == member.organisation_id:
        return connection.enabled
    return _breaks_glass(member)


def _breaks_glass(member: Membership) -> bool:
    """Owners of the company come in by their own factors when its identity provider is down."""
    return member.organisation.kind == Kind.PROVIDER and OWNER in member.roles


def _is_over(session: Session, organisation: Organisation, now: datetime) -> bool:
    if organisation.session_absolute is not None:
        absolute = timedelta(seconds=organisation.session_absolute)
        if now >= session.created + absolute:
            return True
    if organisation.session_idle is None:
        return False
    # A visit's token was made when the edge last asked; a host never visited was never left.
    visits = session.visits.filter(organisation=organisation)
    # Those of an older version tell only when it ends, which is a little later.
    made = Max(Coalesce("token_made", "token_expires"))
    visited: datetime | None = visits.aggregate(last=made)["last"]
    uses = [] if visited is None else [visited]
    left = session.left.get(str(organisation.pk))
    if left is not None:
        # Its visits go on for another organisation, and tell nothing of this one any more.
        uses.append(datetime.fromtimestamp(left, UTC))
    return bool(uses) and now >= max(uses) + timedelta(seconds=organisation.session_idle)
