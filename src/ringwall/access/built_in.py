"""Roles that Ringwall itself brings, and the form that all names of roles have."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ringwall.access.model import Holders

ROLE_FORM: Final = r"[a-z0-9]([a-z0-9._:-]{0,62}[a-z0-9])?"
"""Neither ``,`` nor ``@``: tokens list roles with commas, and put ``@`` before groups."""
ROLE_WORDS: Final = "lower-case letters, digits and . _ : - between them, 64 at most"

ADMINISTRATOR: Final = "administrator"
"""In a customer's organisation: manages its members, invitations, rules and connections."""

OWNER: Final = "owner"
SECURITY_ADMINISTRATOR: Final = "security-administrator"
OPERATOR: Final = "operator"
AUDITOR: Final = "auditor"
DEVELOPER: Final = "developer"
MEMBER: Final = "member"
GUEST: Final = "guest"

PROVIDER_ROLES: Final = (
    OWNER,
    SECURITY_ADMINISTRATOR,
    OPERATOR,
    AUDITOR,
    DEVELOPER,
    MEMBER,
    GUEST,
)
"""Those of the company's own organisation."""

BUILT_IN: Final[Mapping[str, Holders]] = MappingProxyType(
    {
        **dict.fromkeys(PROVIDER_ROLES, Holders.PROVIDER),
        ADMINISTRATOR: Holders.CUSTOMER,
    }
)
"""Every role of Ringwall's own, and whose members may have it."""
