"""Systems Manager: parameters, documents of one's own, and who may read those."""

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
from ringwall.posture.snapshot.snapshot import Seen

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


def _named(seen: Seen) -> Mapping[str, Any]:
    return {"Name": seen.found.label, "PermissionType": "Share"}


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
    Detail(
        kind=DOCUMENT,
        aspect="sharing",
        call="ssm:DescribeDocumentPermission",
        arguments=_named,
        pick=lambda pages: {
            name: joined(name)(pages) for name in ("AccountIds", "AccountSharingInfoList")
        },
    ),
)
