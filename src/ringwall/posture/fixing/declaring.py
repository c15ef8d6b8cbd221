"""What no call of the account changes: what its organisation declares."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.fixing.making import NoPlanError

_OWN: Final = {None, "account"}


def require_own(told: Mapping[str, Any], label: str) -> None:
    """:class:`NoPlanError` where a declarative policy holds a setting of EC2 as it is."""
    if told.get("ManagedBy") not in _OWN:
        msg = (
            f"there is no plan for {label}: a declarative policy of the organisation sets this,"
            " change it there"
        )
        raise NoPlanError(msg)
