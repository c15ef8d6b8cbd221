"""Systems Manager: parameters, documents of one's own, and who may read those."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, described, first, whole
from ringwall.posture.snapshot.snapshot import Seen

DOCUMENT: Final = "aws-ssm-document"


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
    described(
        "aws-ssm-parameter", "ssm:DescribeParameters", "Parameters", "ssm:parameter/{Name}", "Name"
    ),
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
        pick=whole,
    ),
)
