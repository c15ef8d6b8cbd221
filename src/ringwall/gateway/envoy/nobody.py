"""The strict limit of strangers while an attack is under way.

It stands after who is asking was found out, and after passes were checked, so that nobody pays for
a neighbour of whom nothing is known. All strangers together have a bucket of their own, which is
never forgotten, so that many addresses are worth no more than a few. In between are networks, so
that one of them cannot take that bucket from all others: Envoy asks the slowest bucket first, and
whoever is refused there takes nothing from the next.
"""

from collections.abc import Sequence
from typing import Final

from ringwall.gateway.availability.limiting import By, Rate
from ringwall.gateway.availability.meeting import MASKS
from ringwall.gateway.availability.nobody import Nobody
from ringwall.gateway.config import Network
from ringwall.gateway.envoy.buckets import bucket
from ringwall.gateway.envoy.challenge import PASSED_HEADER
from ringwall.gateway.envoy.counting import LIMITED, unless_from
from ringwall.gateway.envoy.limits import counting
from ringwall.gateway.envoy.resources import Json

NOBODY_FILTER: Final = "ringwall.nobody"

_ENTRY: Final[Json] = {"key": "who", "value": "nobody"}
_IF_UNKNOWN: Final[Json] = {
    "header_value_match": {
        "descriptor_key": _ENTRY["key"],
        "descriptor_value": _ENTRY["value"],
        "headers": [
            {"name": name, "present_match": False} for name in ("x-ringwall-user", PASSED_HEADER)
        ],
    }
}
_OF_NETWORK: Final[Json] = {"key": "of", "value": "network"}
"""Two keys of the same names would be one: the wrong one might be met."""


def _masked(by: By) -> Json:
    v4, v6 = MASKS[by]
    return {"masked_remote_address": {"v4_prefix_mask_len": v4, "v6_prefix_mask_len": v6}}


def nobody_filter(nobody: Nobody, *, exempt: Sequence[Network], keys: int) -> Json:
    """The ECDS resource; ``keys`` is how many addresses are remembered."""
    first = [unless_from(exempt), _IF_UNKNOWN] if exempt else [_IF_UNKNOWN]
    entries = [LIMITED, _ENTRY] if exempt else [_ENTRY]
    of_network = {
        "generic_key": {
            "descriptor_key": _OF_NETWORK["key"],
            "descriptor_value": _OF_NETWORK["value"],
        }
    }
    return counting(
        NOBODY_FILTER,
        keys=keys,
        rate_limits=[
            {"actions": first},
            {"actions": [*first, of_network, _masked(By.NETWORK)]},
            {"actions": [*first, _masked(By.ADDRESS)]},
        ],
        descriptors=[
            {
                "entries": entries,
                "token_bucket": bucket(Rate.of(nobody.rate_together), nobody.burst_together),
            },
            {
                "entries": [*entries, _OF_NETWORK, {"key": "masked_remote_address"}],
                "token_bucket": bucket(Rate.of(nobody.rate_network), nobody.burst_network),
            },
            {
                "entries": [*entries, {"key": "masked_remote_address"}],
                "token_bucket": bucket(Rate.of(nobody.rate), nobody.burst),
            },
        ],
    )
