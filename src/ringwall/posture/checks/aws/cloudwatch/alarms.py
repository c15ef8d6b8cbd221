"""Whether somebody is told of what a trail records: by filters, alarms, and who listens to them.

The Foundations Benchmark asks for fifteen such alarms, which differ in what is filtered for. Each
filter is asked with events such as CloudTrail writes them: words that stand in a pattern say
nothing of what it matches.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
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
    UnknownError,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.cloudwatch.events import ORDINARY, Sample
from ringwall.posture.checks.aws.cloudwatch.patterns import PatternError, compiled

READS: Final = (
    "aws-cloudtrail-trail.listed",
    "aws-cloudtrail-trail.status",
    "aws-region.metric_filters",
    "aws-region.metric_alarms",
    "aws-region.sns_subscriptions",
    "aws-sns-topic.attributes",
)
_TRAIL: Final = "aws-cloudtrail-trail"
Row = Mapping[str, Any]


def judge_alarm(
    it: Subject, world: World, wanted: Sequence[Sample], spared: Sequence[Sample] = ()
) -> Judgment | None:
    """Whether somebody is told of each of the ``wanted`` events, and of none of the ``spared``.

    By one trail of all regions that is on; several filters of its log group may share the events.
    Code is not judged by what no filter in it is about: that may be another's work, or be detected
    in another way.
    """
    asked = _Asked(wanted, spared)
    trails = world.all(_TRAIL, account=it.account)
    try:
        if world.any_true(*(partial(_is_told, world, it, one, asked) for one in trails)):
            return passes("an alarm on what a trail records tells somebody")
    except UnknownError:
        if it.is_declared and not asked.is_met:
            return None
        raise
    if it.is_declared and not asked.is_met:
        return None
    return fails("; ".join(dict.fromkeys(asked.why)) or "there is no trail")


@dataclass(slots=True)
class _Asked:
    wanted: Sequence[Sample]
    spared: Sequence[Sample]
    why: list[str] = field(default_factory=list)
    """What is missing, trail by trail."""
    is_met: bool = False
    """Whether any filter matches any of the events."""


def _group(world: World, it: Subject, group: str) -> tuple[str, Subject]:
    """The name of a log group, and the region that it is in."""
    if it.is_declared:
        return group, world.regions(it)[0]
    _, _, _, region, account, _, name = group.split(":", 6)
    return name, world.need(f"aws-region/{account}/{region}")


def _is_told(world: World, it: Subject, trail: Subject, asked: _Asked) -> bool:
    why = asked.why
    listed = trail.read("listed")
    group = str(listed.get("CloudWatchLogsLogGroupArn") or "").removesuffix(":*")
    if not (listed.get("IsMultiRegionTrail") and trail.read("status").get("IsLogging") and group):
        why.append(f"{trail.label} is not of all regions, is off, or has no log group")
        return False
    name, where = _group(world, it, group)
    left, unclear = list(asked.wanted), list[str]()
    for one in where.read("metric_filters", []):
        if one.get("logGroupName") != name or not left:
            continue
        try:
            test = compiled(str(one.get("filterPattern") or ""))
        except PatternError as error:
            unclear.append(f"the filter {one.get('filterName')} is not understood: {error}")
            continue
        hits = [event for event in left if test(event)]
        if not hits or any(test(event) for event in (*ORDINARY, *asked.spared)):
            continue
        asked.is_met = True
        told = _untold(world, where, one.get("metricTransformations") or [])
        if told:
            why.append(f"the filter {one.get('filterName')} {told}")
            continue
        left = [event for event in left if event not in hits]
    if left and unclear:
        raise UnknownError("; ".join(unclear))
    if left:
        names = dict.fromkeys(str(event.get("errorCode") or event["eventName"]) for event in left)
        why.append(f"no filter of {name} with an alarm matches {', '.join(names)}")
    return not left


def _untold(world: World, region: Subject, metrics: Sequence[Row]) -> str:
    """Why nobody is told of a metric; empty where somebody is."""
    names = {(one.get("metricNamespace"), one.get("metricName")) for one in metrics}
    alarms = [
        alarm
        for alarm in region.read("metric_alarms", [])
        if (alarm.get("Namespace"), alarm.get("MetricName")) in names
    ]
    if not alarms:
        return "has no alarm on its metric"
    actions = {action for one in alarms for action in _actions(region, one)}
    if not actions:
        return "has an alarm that does nothing"
    if any(not _is_topic(one) for one in actions):
        return ""
    if world.any_true(*(partial(_listens, world, region, topic) for topic in actions)):
        return ""
    return "has an alarm that tells a topic to which nobody listens"


def is_part(alarm: Row, rule: str) -> bool:
    """Whether another alarm's rule names this one: in quotes, or as the only word in brackets."""
    names = (str(alarm.get("AlarmName")), str(alarm.get("AlarmArn")))
    plain = rule.replace(" ", "")
    return any(f'"{name}"' in rule or f"({name})" in plain for name in names)


def _is_topic(action: str) -> bool:
    """By its ARN; in code, by what it is there."""
    return ":sns:" in action or not action.startswith("arn:")


def _actions(region: Subject, alarm: Row) -> Iterator[str]:
    """What an alarm does, and what alarms do that are made of it."""
    if alarm.get("ActionsEnabled") is not False:
        yield from alarm.get("AlarmActions") or []
    for one in region.read("metric_alarms", []):
        rule = str(one.get("AlarmRule") or "")
        if one.get("ActionsEnabled") is not False and is_part(alarm, rule):
            yield from one.get("AlarmActions") or []


def _listens(world: World, region: Subject, topic: str) -> bool:
    """Whether a subscription of a topic was confirmed, whosever it is."""

    def by_list() -> bool:
        return any(
            one.get("TopicArn") == topic and str(one.get("SubscriptionArn", "")).startswith("arn:")
            for one in region.read("sns_subscriptions", [])
        )

    def by_topic() -> bool:
        if region.is_declared:
            raise UnknownError(f"who listens to {topic.rpartition(':')[2]} may be said elsewhere")
        found = world.find(f"aws-sns-topic/{topic}")
        if found is None:
            if topic.split(":")[4] != region.account:
                raise UnknownError(f"who listens to {topic} is another account's to tell")
            return False
        return int(found.read("attributes", {}).get("SubscriptionsConfirmed") or 0) > 0

    return world.any_true(by_list, by_topic)


def _trail(**more: object) -> Other:
    listed = {
        "IsMultiRegionTrail": True,
        "CloudWatchLogsLogGroupArn": "arn:aws:logs:eu-west-1:111122223333:log-group:trail:*",
    }
    return other(_TRAIL, "arn:aws:cloudtrail:::t", listed=listed | more, status={"IsLogging": True})


def _topic(confirmed: int = 0) -> Other:
    return other("aws-sns-topic", _TOPIC, attributes={"SubscriptionsConfirmed": str(confirmed)})


_TOPIC: Final = "arn:aws:sns:eu-west-1:111122223333:t"


def _region(pattern: str, **more: object) -> Other:
    metric = {"metricNamespace": "trail", "metricName": "m"}
    aspects: dict[str, object] = {
        "metric_filters": [
            {
                "filterName": "f",
                "logGroupName": "trail",
                "filterPattern": pattern,
                "metricTransformations": [metric],
            }
        ],
        "metric_alarms": [_alarm()],
        "sns_subscriptions": [{"TopicArn": _TOPIC, "SubscriptionArn": f"{_TOPIC}:s"}],
    }
    return other("aws-region", "111122223333/eu-west-1", **aspects | more)


def _alarm(**more: object) -> dict[str, object]:
    told = {"Namespace": "trail", "MetricName": "m", "AlarmName": "a", "AlarmActions": [_TOPIC]}
    return told | more


def alarmed(pattern: str, *less: str) -> tuple[Case, ...]:
    """The cases of such a check: a pattern that tells all, and some that tell less."""
    trail, listens = _trail(), _topic()
    pending = [{"TopicArn": _TOPIC, "SubscriptionArn": "PendingConfirmation"}]
    silent = _alarm(AlarmActions=[])
    whole = {"AlarmName": "all", "AlarmRule": 'ALARM("a")', "AlarmActions": [_TOPIC]}
    away = [_alarm(AlarmActions=["arn:aws:sns:eu-west-1:444455556666:t"])]
    return (
        case("told", PASS, trail, listens, _region(pattern)),
        *(
            case(f"told less: {one[:90]}", FAIL, trail, listens, _region(one))
            for one in ("{ $.eventName = Nothing }", "", *less)
        ),
        case("no alarm", FAIL, trail, listens, _region(pattern, metric_alarms=[])),
        case(
            "an alarm that is off",
            FAIL,
            trail,
            listens,
            _region(pattern, metric_alarms=[_alarm(ActionsEnabled=False)]),
        ),
        case(
            "an alarm that is part of another",
            PASS,
            trail,
            listens,
            _region(pattern, metric_alarms=[silent, whole]),
        ),
        case("nobody listens", FAIL, trail, listens, _region(pattern, sns_subscriptions=[])),
        case(
            "another account listens",
            PASS,
            trail,
            _topic(1),
            _region(pattern, sns_subscriptions=[]),
        ),
        case("not confirmed", FAIL, trail, listens, _region(pattern, sns_subscriptions=pending)),
        case(
            "a topic of another account",
            UNKNOWN,
            trail,
            listens,
            _region(pattern, metric_alarms=away),
        ),
        case("one region alone", FAIL, _trail(IsMultiRegionTrail=False), listens, _region(pattern)),
        case("no trail", FAIL, _region(pattern)),
        case(
            "a second trail that is told of",
            PASS,
            other(_TRAIL, "arn:aws:cloudtrail:::u", listed=DENIED, status=DENIED),
            trail,
            listens,
            _region(pattern),
        ),
        case("not understood", UNKNOWN, trail, listens, _region("{ $.eventName ~ X }")),
        case(
            "alarms may not be read",
            UNKNOWN,
            trail,
            listens,
            _region(pattern, metric_alarms=DENIED),
        ),
    )
