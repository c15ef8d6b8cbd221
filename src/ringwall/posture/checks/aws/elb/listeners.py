"""What listeners of load balancers do and speak."""

import re
from collections.abc import Mapping
from typing import Any, Final

_STRONG: Final = re.compile(r"TLS13-1-[23]|TLS-1-2|FS-1-2")


def redirects(listener: Mapping[str, Any]) -> bool:
    """Whether all that comes by it is sent on to HTTPS, unless one of its rules says otherwise."""
    actions = listener.get("DefaultActions") or ()
    return any(
        one.get("Type") == "redirect"
        and (one.get("RedirectConfig") or {}).get("Protocol") == "HTTPS"
        for one in actions
    )


def is_strong(policy: str) -> bool:
    """Whether a policy of AWS's, by its name, takes nothing older than TLS 1.2.

    Those named ``TLS13-1-0`` and ``TLS13-1-1`` take older ones, too.
    """
    return bool(_STRONG.search(policy))
