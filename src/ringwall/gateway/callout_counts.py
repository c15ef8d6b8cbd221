"""How often the edge asked Cedar's engine, by route: counted by Envoy itself."""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from ringwall.gateway.admin import Admin
from ringwall.gateway.envoy.callout import STAT

_COUNTER: Final = re.compile(rf"^filter_chain\.ext_authz\.{STAT}\.(.+)\.(ok|denied|error|timeout)$")


@dataclass(frozen=True, slots=True)
class CalloutCount:
    """The call-outs of a route since the edge started.

    ``failed`` are those denied for want of an answer.
    """

    route: str
    answered: int
    failed: int


def callout_counts(admin: Admin) -> tuple[CalloutCount, ...]:
    """By route, sorted by name; ``AdminUnreachableError`` where Envoy does not answer."""
    answered: dict[str, int] = defaultdict(int)
    failed: dict[str, int] = defaultdict(int)
    for name, value in admin.stats(_COUNTER.pattern).items():
        found = _COUNTER.search(name)
        if found is None or found[2] == "timeout":  # counted as an error too
            continue
        counts = answered if found[2] == "ok" else failed
        counts[found[1]] += int(value)
        (failed if counts is answered else answered)[found[1]] += 0
    return tuple(CalloutCount(one, answered[one], failed[one]) for one in sorted(answered))
