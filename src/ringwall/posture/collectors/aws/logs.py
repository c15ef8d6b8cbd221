"""CloudWatch: log groups, what is filtered out of them, and alarms."""

from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, described, joined


def _of_region(aspect: str, call: str, member: str) -> Detail:
    pick: Any = joined(member)
    return Detail(kind="aws-region", aspect=aspect, call=call, arguments=lambda _: {}, pick=pick)


LISTINGS: Final = (
    described("aws-logs-group", "logs:DescribeLogGroups", "logGroups", "arn", "logGroupName"),
)
DETAILS: Final = (
    _of_region("metric_filters", "logs:DescribeMetricFilters", "metricFilters"),
    _of_region("metric_alarms", "cloudwatch:DescribeAlarms", "MetricAlarms"),
)
