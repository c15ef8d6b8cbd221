"""What has to happen before a client gets its code. Pure: facts in, the next step out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

from ringwall.identity.strength import LEVELS, SKEW_S, at_least

_PROMPTS: Final = frozenset({"none", "login", "consent", "select_account"})
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Step(Enum):
    """What comes next."""

    SIGN_IN = "sign in"
    PROVE_AGAIN = "prove again"
    CONSENT = "consent"
    GRANT = "grant"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The client is told an error code of OpenID Connect Core section 3.1.2.6 and why."""

    error: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a client asks of the sign-in: ``max_age`` in seconds, ``acr`` the least that will do."""

    prompts: frozenset[str] = frozenset()
    max_age: int | None = None
    acr: str | None = None

    @property
    def is_silent(self) -> bool:
        """Whether no page may be shown."""
        return "none" in self.prompts

    @property
    def wants_new_proof(self) -> bool:
        """Whether the person has to prove themselves whatever the session says."""
        return bool({"login", "select_account"} & self.prompts)

    @property
    def is_about_time(self) -> bool:
        """Whether it matters when this was asked."""
        return self.wants_new_proof or self.max_age is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Who is there.

    ``proven`` is when the session was last proven, ``asked_at`` when this was first asked, before
    the person was sent away to sign in (``None``: only now), ``tried_at`` when they were sent to
    prove themselves more strongly.
    """

    acr: str | None = None
    proven: datetime | None = None
    asked_at: datetime | None = None
    tried_at: datetime | None = None
    is_hinted: bool = True
    has_consented: bool = False
    now: datetime


def read(parameters: Mapping[str, str]) -> Asked | Refusal:
    """Read ``prompt``, ``max_age`` and ``acr_values`` of an authorization request.

    Of several ``acr_values`` the weakest will do; a request that names only such as are not known
    cannot be met and is refused, as OpenID Connect Unmet Authentication Requirements says.
    """
    prompts = frozenset(parameters.get("prompt", "").split())
    if not prompts <= _PROMPTS:
        return Refusal("invalid_request", "The prompt is not known.")
    if "none" in prompts and len(prompts) > 1:
        return Refusal("invalid_request", "The prompt none goes with no other.")
    age = parameters.get("max_age", "")
    if age and not (age.isascii() and age.isdigit() and len(age) <= 9):
        return Refusal("invalid_request", "max_age is a number of seconds.")
    wanted = parameters.get("acr_values", "").split()
    known = [level for level in LEVELS if level in wanted]
    if wanted and not known:
        msg = f"The acr_values are none of {' '.join(LEVELS)}."
        return Refusal("unmet_authentication_requirements", msg)
    return Asked(
        prompts=prompts, max_age=int(age) if age else None, acr=known[0] if known else None
    )


def next_step(asked: Asked, found: Situation) -> Step | Refusal:
    """The next step on the way to a code."""
    if found.acr is None or found.proven is None:
        return _unless_silent(asked, Step.SIGN_IN, "login_required", "Nobody is signed in.")
    if not found.is_hinted:
        return Refusal("login_required", "Somebody else is signed in.")
    # Proven in the future: a clock was set back, and who knows how long ago that was.
    from_the_future = found.proven > found.now + timedelta(seconds=SKEW_S)
    proven = _LONG_AGO if from_the_future else found.proven
    is_fresh = found.asked_at is not None and proven >= found.asked_at
    if asked.wants_new_proof and not is_fresh:
        return Step.PROVE_AGAIN
    age = (found.now - proven).total_seconds()
    if asked.max_age is not None and age > asked.max_age and not is_fresh:
        return _unless_silent(
            asked, Step.PROVE_AGAIN, "login_required", "The sign-in is older than max_age."
        )
    if asked.acr is not None and not at_least(found.acr, asked.acr):
        has_tried = found.tried_at is not None and proven >= found.tried_at
        if has_tried or asked.is_silent:
            msg = f"The sign-in is {found.acr}, not {asked.acr}."
            return Refusal("unmet_authentication_requirements", msg)
        return Step.PROVE_AGAIN
    if not found.has_consented or "consent" in asked.prompts:
        msg = "The person has not consented."
        return _unless_silent(asked, Step.CONSENT, "consent_required", msg)
    return Step.GRANT


def covers(given: Collection[str], wanted: Collection[str]) -> bool:
    """Whether a consent given before covers the scopes that are wanted now."""
    return set(wanted) <= set(given)


def _unless_silent(asked: Asked, step: Step, error: str, why: str) -> Step | Refusal:
    return Refusal(error, why) if asked.is_silent else step
