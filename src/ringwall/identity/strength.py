"""How surely somebody was proven: from what the sign-in recorded to ``acr`` and ``amr``.

``acr`` grows: ``single`` (one factor), ``mfa`` (two), ``phr`` (resistant to phishing: a passkey
with user verification, OpenID EAP ACR values). ``amr`` are values of RFC 8176, which has none for
a code that came by mail: it is a one-time password like others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

LEVELS: Final = ("single", "mfa", "phr")
"""Weakest first."""

SKEW_S: Final = 5
"""Seconds that clocks may differ by, wherever Python compares. The edge's Envoy rounds its time
down to whole seconds and is told 4, so that it comes to less than this."""

NEVER: Final = datetime.fromtimestamp(0, UTC)
"""When something was proven of which nobody knows when."""

_AMR: Final = {
    "password": "pwd",
    "totp": "otp",
    "webauthn": "hwk",
    "recovery_codes": "kba",
    "code": "otp",
    "socialaccount": "fed",
    "recovery_link": "kba",
}


@dataclass(frozen=True, slots=True)
class Strength:
    """What was proven. ``at`` is when the strongest of it was last proven."""

    acr: str
    amr: tuple[str, ...]
    at: datetime


def strength_of(methods: Iterable[Mapping[str, Any]], *, now: datetime) -> Strength:
    """The strength of what allauth recorded in a session; ``now`` if it recorded nothing.

    Each record has ``method`` (``password``, ``mfa``, ``socialaccount``, ``code``), ``type`` for
    second factors, and ``at`` in seconds since 1970. A proof from the future says that
    a clock was set back: nobody knows how long ago it was given, so it counts as given in 1970.
    """
    kinds: dict[str, float] = {}
    for one in methods:
        kind = str(one.get("type") or one.get("method"))
        if kind == "mfa":
            kind = "totp"
        at = float(one.get("at", 0.0))
        kinds[kind] = max(kinds.get(kind, 0.0), at if at <= now.timestamp() + SKEW_S else 0.0)
    second = {"totp", "webauthn", "recovery_codes"} & set(kinds)
    first = set(kinds) - second
    if "webauthn" in kinds:
        acr, counted = "phr", {"webauthn"}
    elif second and first:
        acr, counted = "mfa", second
    else:
        acr, counted = "single", set(kinds)
    latest = max((kinds[kind] for kind in counted), default=None)
    proven = now if latest is None else datetime.fromtimestamp(int(latest), UTC)
    amr = sorted({_AMR.get(kind, kind) for kind in kinds} | ({"mfa"} if acr != "single" else set()))
    return Strength(acr, tuple(amr), proven)


def at_least(acr: str | None, wanted: str) -> bool:
    """Whether a level is as high as the wanted one; an unknown one never is."""
    if acr not in LEVELS or wanted not in LEVELS:
        return False
    return LEVELS.index(acr) >= LEVELS.index(wanted)
