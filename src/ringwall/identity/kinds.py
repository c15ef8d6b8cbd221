"""The kinds of token, as far as whoever only verifies them needs to know. No cryptography."""

from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """What a key signs."""

    SESSION = "session"
    ACCESS = "access"
    KEY = "key"
    ASSERTION = "assertion"


GRANT: Final = "g"
TOKEN: Final = "t"  # noqa: S105 - the beginning of a name
"""How the ids of grants (``rw_grant``) and of single access tokens (``jti``) begin: the edge looks
for a revoked one only where it can stand."""


def issuer(origin: str, purpose: Purpose) -> str:
    """The ``iss`` of a kind of token."""
    return origin if purpose is Purpose.ACCESS else f"{origin}/{purpose}"
