"""Who calls Ringwall's own API, and whether they may: by a session, or by a key or token shown."""

import secrets
from dataclasses import dataclass, replace
from typing import Final

from django.http import HttpRequest
from django.utils import timezone

from ringwall.access import guarding
from ringwall.access.actions import Action
from ringwall.access.guarding import COMPANY, Decision
from ringwall.identity import asking, sessions
from ringwall.identity.admission import objection
from ringwall.identity.bearers import bearer
from ringwall.identity.installed import current_facts
from ringwall.identity.models import Kind, Membership
from ringwall.identity.provider import certificates


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call is not answered: the status of HTTP, and a sentence for who calls.

    ``challenge`` is what ``WWW-Authenticate`` says (RFC 6750 section 3), if anything.
    """

    status: int
    detail: str
    challenge: str = ""


_REALM: Final = 'Bearer realm="ringwall"'


def calls(request: HttpRequest, action: Action) -> Refusal | None:
    """Why whoever calls may not do this to the company; ``None``: they may.

    What is shown in ``Authorization`` counts alone, also where there is a session besides. From
    then on it is they who act, and a refusal is recorded as theirs.
    """
    header = request.headers.get("Authorization")
    if header is not None:
        return _by_bearer(request, header, action)
    session = sessions.current(request)
    if session is None:
        return Refusal(401, "Sign in, or show an API key as Bearer.", _REALM)
    member = (
        Membership.objects.select_related("organisation")
        .filter(user=session.user, active=True)
        .filter(organisation__kind=Kind.PROVIDER, organisation__suspended=None)
        .first()
    )
    decision = asking.may(session.user, action, COMPANY)
    if not decision.allowed or member is None:
        why = "This is for some of the people who run the service"
        return _refused(decision, why, by="members-of-the-company")
    missing = objection(session, member, address=sessions.address_of(request), now=timezone.now())
    if missing is not None:
        return _refused(decision, missing.text, by="rules-of-the-company")
    guarding.note(decision)
    return None


def _by_bearer(request: HttpRequest, header: str, action: Action) -> Refusal | None:
    scheme, _, text = header.partition(" ")
    found = None
    if scheme.lower() == "bearer":
        found = bearer(
            text.strip(),
            facts=current_facts(),
            certificate=request.headers.get(certificates.HEADER, ""),
            address=sessions.address_of(request),
            now=timezone.now(),
        )
    if found is None:
        return Refusal(
            401,
            "This is no API key or access token of ours that is good here: it may be over, "
            "withdrawn, or for another host.",
            f'{_REALM}, error="invalid_token"',
        )
    request.ringwall_bearer = found  # type: ignore[attr-defined]
    decision = asking.may(found.entity, action, COMPANY)
    if not decision.allowed:
        return _refused(decision, "The key or token has no role of the company that lets it")
    if found.scopes is not None and action not in found.scopes:
        why = f"The key or token has not the scope {action}"
        return _refused(decision, why, by="scopes")
    if found.objection:
        return _refused(decision, found.objection, by="rules-of-the-company")
    guarding.note(decision)
    return None


def _refused(decision: Decision, why: str, *, by: str = "") -> Refusal:
    """Tell it, and record it; ``by`` is what refuses where the policies alone would allow it."""
    if decision.allowed:
        reference = secrets.token_hex(4)
        decision = replace(decision, allowed=False, policies=(by,), reference=reference)
    guarding.note(decision)
    asking.log.warning("%s", decision)
    return Refusal(403, f"{why.rstrip('.')} (reference {decision.reference}).")
