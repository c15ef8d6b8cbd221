"""Whether somebody is told of what a trail records: by a filter, an alarm, a subscription.

The Foundations Benchmark asks for fifteen such alarms, which differ in what is filtered for.
"""

from collections.abc import Sequence
from typing import Any, Final

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Case,
    Judgment,
    Other,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)

READS: Final = (
    "aws-cloudtrail-trail.listed",
    "aws-cloudtrail-trail.status",
    "aws-region.metric_filters",
    "aws-region.metric_alarms",
    "aws-region.sns_subscriptions",
)
_TRAIL: Final = "aws-cloudtrail-trail"


def judge_alarm(it: Subject, world: World, words: Sequence[str]) -> Judgment:
    """Whether a filter has all of ``words``, an alarm its metric, and somebody listens to that."""
    why = "no trail of all regions is followed"
    for trail in world.all(_TRAIL, account=it.account):
        listed = trail.read("listed")
        group = str(listed.get("CloudWatchLogsLogGroupArn") or "").removesuffix(":*")
        if not (
            listed.get("IsMultiRegionTrail") and group and trail.read("status").get("IsLogging")
        ):
            continue
        region = world.region(trail)
        why = f"no filter of {group.rpartition(':')[2]} speaks of it"
        for one in region.read("metric_filters", []):
            pattern = str(one.get("filterPattern") or "")
            if one.get("logGroupName") != group.rpartition(":")[2]:
                continue
            if not all(word in pattern for word in words):
                continue
            told = _told(region, one.get("metricTransformations") or [])
            if told is None:
                return passes(
                    f"the filter {one.get('filterName')} has an alarm that tells somebody"
                )
            why = told
    return fails(why)


def _told(region: Subject, metrics: Sequence[dict[str, Any]]) -> str | None:
    """Why nobody is told; ``None`` where somebody is."""
    names = {(one.get("metricNamespace"), one.get("metricName")) for one in metrics}
    topics = {
        action
        for alarm in region.read("metric_alarms", [])
        if (alarm.get("Namespace"), alarm.get("MetricName")) in names
        for action in alarm.get("AlarmActions") or []
    }
    if not topics:
        return "no alarm is on its metric, or it tells nobody"
    listening = {
        one.get("TopicArn")
        for one in region.read("sns_subscriptions", [])
        if str(one.get("SubscriptionArn", "")).startswith("arn:")
    }
    if topics & listening or any(":sns:" not in one for one in topics):
        return None
    return "its alarm tells a topic to which nobody listens"


def _trail(**more: object) -> Other:
    listed = {
        "IsMultiRegionTrail": True,
        "CloudWatchLogsLogGroupArn": "arn:aws:logs:eu-west-1:1:log-group:trail:*",
    }
    return other(_TRAIL, "arn:aws:cloudtrail:::t", listed=listed | more, status={"IsLogging": True})


def _region(words: Sequence[str], **more: object) -> Other:
    metric = {"metricNamespace": "trail", "metricName": "m"}
    aspects: dict[str, object] = {
        "metric_filters": [
            {
                "filterName": "f",
                "logGroupName": "trail",
                "filterPattern": " || ".join(words),
                "metricTransformations": [metric],
            }
        ],
        "metric_alarms": [
            {"Namespace": "trail", "MetricName": "m", "AlarmActions": ["arn:aws:sns:r:1:t"]}
        ],
        "sns_subscriptions": [
            {"TopicArn": "arn:aws:sns:r:1:t", "SubscriptionArn": "arn:aws:sns:r:1:t:s"}
        ],
    }
    return other("aws-region", "111122223333/eu-west-1", **(aspects | more))


def alarmed(words: Sequence[str]) -> tuple[Case, ...]:
    """The cases of such a check."""
    pending = [{"TopicArn": "arn:aws:sns:r:1:t", "SubscriptionArn": "PendingConfirmation"}]
    return (
        case("told", PASS, _trail(), _region(words)),
        case("another filter", FAIL, _trail(), _region(("something",))),
        case("no alarm", FAIL, _trail(), _region(words, metric_alarms=[])),
        case("nobody listens", FAIL, _trail(), _region(words, sns_subscriptions=[])),
        case("not confirmed", FAIL, _trail(), _region(words, sns_subscriptions=pending)),
        case("one region alone", FAIL, _trail(IsMultiRegionTrail=False), _region(words)),
        case("no trail", FAIL, _region(words)),
        case("alarms may not be read", UNKNOWN, _trail(), _region(words, metric_alarms=DENIED)),
    )
