"""IAM Access Analyzer: the analyzers of a region, and what those of unused access have found."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, Job, joined

_UNUSED: Final = "_UNUSED_ACCESS"


def _analyzer(pages: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Of its active findings that analyzer of unused access is asked that looks."""
    for page in pages:
        for one in page["analyzers"]:
            if str(one.get("type")).endswith(_UNUSED) and one.get("status") == "ACTIVE":
                return {"analyzerArn": one["arn"], "filter": {"status": {"eq": ["ACTIVE"]}}}
    return None


def _found(pages: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    names = ("id", "resource", "findingType")
    return [
        {name: one[name] for name in names if name in one}
        for page in pages
        for one in page["findings"]
    ]


DETAILS: Final = (
    Detail(
        kind="aws-region",
        aspect="access_analyzers",
        call="accessanalyzer:ListAnalyzers",
        arguments=lambda _: {},
        pick=joined("analyzers"),
    ),
    Detail(
        kind="aws-region",
        aspect="unused_access",
        call="accessanalyzer:ListFindingsV2",
        action="access-analyzer:ListFindings",
        arguments=lambda _: {},
        pick=_found,
        job=Job(
            call="accessanalyzer:ListAnalyzers",
            hands=_analyzer,
            is_done=lambda _: True,
        ),
    ),
)
