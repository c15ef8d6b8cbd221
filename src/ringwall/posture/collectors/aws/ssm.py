"""Systems Manager: parameters, documents of one's own, who may read those, and what it manages."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import (
    Detail,
    Item,
    Listing,
    Where,
    described,
    first,
    joined,
)
from ringwall.posture.snapshot.snapshot import LISTED, Seen

DOCUMENT: Final = "aws-ssm-document"
PARAMETER: Final = "aws-ssm-parameter"


def _parameters(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    """One that is called by a path, as ``/shop/key``, has one slash in its ARN where two meet."""
    for one in page.get("Parameters") or ():
        name = where.arn(f"ssm:parameter/{one['Name'].removeprefix('/')}")
        told = {"listed": one}
        yield Item(kind=PARAMETER, name=name, label=one["Name"], aspects=told)


def _setting(aspect: str, setting: str) -> Detail:
    return Detail(
        kind="aws-region",
        aspect=aspect,
        call="ssm:GetServiceSetting",
        arguments=lambda _: {"SettingId": setting},
        pick=first("ServiceSetting"),
    )


def _managed(pages: list[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """What tells whether somebody can reach each instance by it: only that is kept."""
    return {
        one["InstanceId"]: {
            "PingStatus": str(one.get("PingStatus") or ""),
            "PlatformType": str(one.get("PlatformType") or ""),
        }
        for page in pages
        for one in page["InstanceInformationList"]
    }


def _complying(pages: list[Mapping[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    """By what they comply with (``Patch``, ``Association``) and instance: whether, and how badly.

    Where several tell of the same, one that does not comply counts.
    """
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for page in pages:
        for one in page["ResourceComplianceSummaryItems"]:
            told = found.setdefault(one["ComplianceType"], {})
            before = told.get(one["ResourceId"], {})
            if before.get("Status") != "NON_COMPLIANT":
                counted = one.get("NonCompliantSummary") or {}
                told[one["ResourceId"]] = {
                    "Status": one["Status"],
                    "Severity": str(one.get("OverallSeverity") or ""),
                    "Lacking": counted.get("NonCompliantCount", 0),
                }
    return found


def _of_instances(aspect: str, call: str, pick: Any) -> Detail:
    """What one call tells of all instances of a region, fifty a page."""
    return Detail(
        kind="aws-region",
        aspect=aspect,
        call=f"ssm:{call}",
        arguments=lambda _: {"MaxResults": 50},
        pick=pick,
    )


def _named(seen: Seen) -> Mapping[str, Any]:
    return {"Name": seen.found.label, "PermissionType": "Share"}


def _content(seen: Seen) -> Mapping[str, Any]:
    """What runs where no version is named; YAML is asked for as JSON, a text as it is."""
    format_ = seen.aspects[LISTED].value.get("DocumentFormat")
    more = {} if format_ == "TEXT" else {"DocumentFormat": "JSON"}
    return {"Name": seen.found.label, **more}


LISTINGS: Final = (
    Listing(kinds=(PARAMETER,), call="ssm:DescribeParameters", read=_parameters),
    described(
        DOCUMENT,
        "ssm:ListDocuments",
        "DocumentIdentifiers",
        "ssm:document/{Name}",
        "Name",
        arguments={"Filters": [{"Key": "Owner", "Values": ["Self"]}]},
    ),
)
DETAILS: Final = (
    _setting("ssm_sharing", "/ssm/documents/console/public-sharing-permission"),
    _setting("ssm_automation_log", "/ssm/automation/customer-script-log-destination"),
    _of_instances("ssm_managed", "DescribeInstanceInformation", _managed),
    _of_instances("ssm_compliance", "ListResourceComplianceSummaries", _complying),
    Detail(
        kind=DOCUMENT,
        aspect="sharing",
        call="ssm:DescribeDocumentPermission",
        arguments=_named,
        pick=lambda pages: {
            name: joined(name)(pages) for name in ("AccountIds", "AccountSharingInfoList")
        },
    ),
    Detail(
        kind=DOCUMENT,
        aspect="content",
        call="ssm:GetDocument",
        arguments=_content,
        pick=first("Content"),
    ),
)
