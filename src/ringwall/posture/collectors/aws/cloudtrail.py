"""CloudTrail: trails, whether they write, and what."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, Item, Listing, Where, joined, whole
from ringwall.posture.snapshot.snapshot import Seen

TRAIL: Final = "aws-cloudtrail-trail"


def _trails(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    """A trail of several regions is told in each of them, and is one of its home."""
    for one in page.get("trailList") or ():
        yield Item(
            kind=TRAIL,
            name=one["TrailARN"],
            label=one["Name"],
            region=one.get("HomeRegion") or where.region,
            aspects={"listed": one},
        )


def _trail(name: str) -> Callable[[Seen], Mapping[str, Any]]:
    return lambda seen: {name: seen.found.name}


LISTINGS: Final = (
    Listing(
        kinds=(TRAIL,),
        call="cloudtrail:DescribeTrails",
        read=_trails,
        arguments={"includeShadowTrails": True},
    ),
)
DETAILS: Final = (
    Detail(
        kind=TRAIL,
        aspect="status",
        call="cloudtrail:GetTrailStatus",
        arguments=_trail("Name"),
        pick=whole,
    ),
    Detail(
        kind=TRAIL,
        aspect="selectors",
        call="cloudtrail:GetEventSelectors",
        arguments=_trail("TrailName"),
        pick=whole,
    ),
    Detail(
        kind=TRAIL,
        aspect="insights",
        call="cloudtrail:GetInsightSelectors",
        arguments=_trail("TrailName"),
        pick=joined("InsightSelectors"),
        absent=frozenset({"InsightNotEnabledException"}),
    ),
)
