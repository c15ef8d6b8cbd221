"""CloudTrail: trails."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import (
    component,
    each,
    ident,
    known,
    part,
)
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.snapshot.partial import Unknown

KINDS: Final = ("aws-cloudtrail-trail",)


def components(code: Resources) -> Iterator[Collected]:
    """Trails; whether they deliver is known only once they run."""
    for one in code.of("aws_cloudtrail"):
        listed = {
            "Name": one.get("name", one.address),
            "S3BucketName": ident(one.get("s3_bucket_name")),
            "IsMultiRegionTrail": one.get("is_multi_region_trail", default=False),
            "IncludeGlobalServiceEvents": one.get("include_global_service_events", default=True),
            "LogFileValidationEnabled": one.get("enable_log_file_validation", default=False),
            "IsOrganizationTrail": one.get("is_organization_trail", default=False),
        }
        for name, key in (
            ("kms_key_id", "KmsKeyId"),
            ("cloud_watch_logs_group_arn", "CloudWatchLogsLogGroupArn"),
        ):
            if one.get(name) is not None:
                listed[key] = ident(one.get(name))
        delivery = Unknown("whether a trail delivers is known only once it runs")
        status = {
            "IsLogging": Unknown(one.doubt)
            if one.doubt
            else one.get("enable_logging", default=True),
            "LatestDeliveryError": delivery,
            "LatestCloudWatchLogsDeliveryError": delivery,
        }
        yield component(
            "aws-cloudtrail-trail",
            one,
            one.get("name"),
            {
                "listed": known(listed, one),
                "status": known(status, one),
                "selectors": known(_selectors(one), one, "event_selector"),
            },
        )


def _selectors(one: Instance) -> Any:
    plain, advanced = one.blocks("event_selector"), one.blocks("advanced_event_selector")
    for several in (plain, advanced):
        if isinstance(several, Unknown):
            return several
    if advanced:
        names = {
            "field": "Field",
            "equals": "Equals",
            "not_equals": "NotEquals",
            "starts_with": "StartsWith",
            "not_starts_with": "NotStartsWith",
            "ends_with": "EndsWith",
            "not_ends_with": "NotEndsWith",
        }
        return {
            "AdvancedEventSelectors": [
                {"FieldSelectors": each(part(some, "field_selector", []), names)}
                for some in advanced
            ]
        }
    made = [
        {
            "ReadWriteType": part(some, "read_write_type", "All"),
            "IncludeManagementEvents": part(some, "include_management_events", fallback=True),
            "DataResources": each(
                part(some, "data_resource", []), {"type": "Type", "values": "Values"}
            ),
        }
        for some in plain
    ]
    usual = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}
    return {"EventSelectors": made or [usual]}
