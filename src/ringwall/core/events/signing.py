"""Signing in and out, factors that are shown, sessions that begin."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ringwall.core.events.acting import Actor
from ringwall.core.events.shape import (
    STRANGERS,
    Class,
    Outcome,
    Recorded,
    Severity,
    event,
    merged,
    personal,
)

LOGON: Final = 1
LOGOFF: Final = 2
TICKET: Final = 3
TOKENS: Final = 4
RENEWED: Final = 5
PREAUTH: Final = 6
SWITCH: Final = 7
OTHER: Final = 99
_AUTHENTICATION: Final = Class(
    3002,
    "Authentication",
    {
        LOGON: "Logon",
        LOGOFF: "Logoff",
        TICKET: "Authentication Ticket",
        TOKENS: "Service Ticket Request",
        RENEWED: "Service Ticket Renew",
        PREAUTH: "Preauth",
        SWITCH: "Account Switch",
        OTHER: "Other",
    },
)
_SESSION: Final = Class(3003, "Authorize Session", {1: "Assign Privileges"})


class Factor(StrEnum):
    """What was shown."""

    PASSWORD = "password"  # noqa: S105 - the name of a factor
    APP = "totp"
    PASSKEY = "webauthn"
    CODES = "recovery_codes"
    MAIL = "mail"
    LINK = "link"
    PROVIDER = "socialaccount"
    SECRET = "client_secret"  # noqa: S105 - the same
    ASSERTION = "private_key_jwt"
    CERTIFICATE = "tls_client_auth"


_FACTORS: Final = {
    Factor.PASSWORD: (11, "Password"),
    Factor.APP: (7, "OTP"),
    Factor.PASSKEY: (10, "WebAuthn"),
    Factor.MAIL: (8, "Email"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Whose account something is about. Without ``uid`` nobody knows."""

    uid: str = ""
    name: str = ""
    email: str = ""

    def described(self) -> dict[str, Any]:
        """OCSF's ``user`` without what is personal."""
        if not self.uid:
            return {"uid": "unknown", "type_id": 0, "type": "Unknown"}
        return {"uid": self.uid, "type_id": 1, "type": "User"}

    def personal(self, place: str = "user") -> tuple[str, dict[str, Any]]:
        """Whose it is, and a patch over the event."""
        told = {"name": self.name, "email_addr": self.email} if self.uid else {}
        return self.uid or STRANGERS, {place: told}


@dataclass(frozen=True, slots=True)
class Program:
    """A program that signs in by itself."""

    uid: str
    name: str = ""

    def described(self) -> dict[str, Any]:
        """OCSF's ``user``."""
        told = {"uid": self.uid, "type_id": 4, "type": "Service"}
        return told | ({"name": self.name} if self.name else {})

    def personal(self) -> tuple[str, dict[str, Any]]:
        """Nothing."""
        return STRANGERS, {}


def factor_part(one: Factor) -> dict[str, Any]:
    """OCSF's ``auth_factor``."""
    type_id, called = _FACTORS.get(one, (99, str(one)))
    made: dict[str, Any] = {"factor_type_id": type_id, "factor_type": called}
    return made | {"is_totp": True} if one is Factor.APP else made


def authentication(
    activity: int,
    actor: Actor,
    person: Person | Program,
    *,
    message: str,
    outcome: Outcome = Outcome.SUCCESS,
    factors: Iterable[Factor] = (),
    session: str = "",
    detail: str = "",
    is_oauth: bool = False,
    **own: Any,
) -> Recorded:
    """Somebody signs in or out, or shows a factor, or fails to. ``own`` is told as it stands.

    ``is_oauth`` tells that it is by the token endpoint of OAuth 2.0.
    """
    made = event(
        _AUTHENTICATION,
        activity,
        message=message,
        outcome=outcome,
        severity=Severity.LOW if outcome is Outcome.FAILURE else Severity.INFORMATIONAL,
        user=person.described(),
        service={"name": "Ringwall"},
        auth_factors=[factor_part(one) for one in factors],
        session={"uid": session} if session else None,
        is_remote=True if actor.method else None,
        auth_protocol_id=6 if is_oauth else None,
        auth_protocol="OAUTH 2.0" if is_oauth else None,
        status_detail=detail,
        unmapped={"ringwall": {**actor.own_words(), **own}},
        **actor.parts(),
    )
    made = merged(made, {"metadata": actor.metadata()})
    return Recorded(made, personal(actor.personal(), person.personal()))


def session_begun(
    actor: Actor, person: Person, *, session: str, acr: str, roles: Iterable[str], **own: Any
) -> Recorded:
    """A session begins, proven by ``acr``, and may what these roles may."""
    made = event(
        _SESSION,
        1,
        message="a session begins",
        user=person.described(),
        session={"uid": session},
        privileges=[f"acr:{acr}", *(f"role:{one}" for one in sorted(roles))],
        unmapped={"ringwall": {**actor.own_words(), "acr": acr, **own}},
        **actor.parts(),
    )
    made = merged(made, {"metadata": actor.metadata()})
    return Recorded(made, personal(actor.personal(), person.personal()))
