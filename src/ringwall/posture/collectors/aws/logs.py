"""CloudWatch: log groups, what is filtered out of them, and alarms."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, described, joined


def _of_region(aspect: str, call: str, member: str) -> Detail:
    pick: Any = joined(member)
    return Detail(kind="aws-region", aspect=aspect, call=call, arguments=lambda _: {}, pick=pick)


def _alarms(pages: list[Mapping[str, Any]]) -> list[Any]:
    """Those of a metric, and those that are made of others."""
    return [*joined("MetricAlarms")(pages), *joined("CompositeAlarms")(pages)]


LISTINGS: Final = (
    described("aws-logs-group", "logs:DescribeLogGroups", "logGroups", "arn", "logGroupName"),
)
DETAILS: Final = (
    _of_region("log_policies", "logs:DescribeResourcePolicies", "resourcePolicies"),
    _of_region("metric_filters", "logs:DescribeMetricFilters", "metricFilters"),
    Detail(
        kind="aws-region",
        aspect="metric_alarms",
        call="cloudwatch:DescribeAlarms",
        arguments=lambda _: {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]},
        pick=_alarms,
    ),
)
