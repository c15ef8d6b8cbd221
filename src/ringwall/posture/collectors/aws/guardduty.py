"""GuardDuty: detectors and what they look at."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, Item, Listing, Where, joined, whole
from ringwall.posture.snapshot.snapshot import Seen

DETECTOR: Final = "aws-guardduty-detector"


def _detectors(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("DetectorIds") or ():
        name = where.arn(f"guardduty:detector/{one}")
        yield Item(kind=DETECTOR, name=name, label=one, aspects={"listed": {"DetectorId": one}})


def _detector(seen: Seen) -> Mapping[str, Any]:
    return {"DetectorId": seen.found.label}


def _severe(seen: Seen) -> Mapping[str, Any]:
    criteria = {"severity": {"GreaterThanOrEqual": 7}, "service.archived": {"Equals": ["false"]}}
    return {
        "DetectorId": seen.found.label,
        "FindingStatisticTypes": ["COUNT_BY_SEVERITY"],
        "FindingCriteria": {"Criterion": criteria},
    }


def _counted(pages: list[Mapping[str, Any]]) -> Any:
    """How many there are of each severity."""
    return dict((pages[0].get("FindingStatistics") or {}).get("CountBySeverity") or {})


LISTINGS: Final = (Listing(kinds=(DETECTOR,), call="guardduty:ListDetectors", read=_detectors),)
DETAILS: Final = (
    Detail(
        kind="aws-region",
        aspect="guardduty_detectors",
        call="guardduty:ListDetectors",
        arguments=lambda _: {},
        pick=joined("DetectorIds"),
    ),
    Detail(
        kind=DETECTOR,
        aspect="severe",
        call="guardduty:GetFindingsStatistics",
        arguments=_severe,
        pick=_counted,
    ),
    Detail(
        kind=DETECTOR,
        aspect="detector",
        call="guardduty:GetDetector",
        arguments=_detector,
        pick=whole,
    ),
)
