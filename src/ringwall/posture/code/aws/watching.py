"""CloudWatch's filters and alarms, and who listens to topics: whether anybody is told.

Log groups and topics are called by their address where they are declared here, else by their name
or ARN; so are they by whoever speaks of them.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.checking.settled import ACCOUNT, REGION
from ringwall.posture.code.aws.declaring import API, known
from ringwall.posture.code.aws.settings import of_whole, settled
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.terraform.values import PartialText, Reference
from ringwall.posture.snapshot.partial import Unknown

KINDS: Final = ()
_GROUP: Final = "aws_cloudwatch_log_group"
_TOPIC: Final = "aws_sns_topic"
_FILTER: Final = "aws_cloudwatch_log_metric_filter"
_ALARM: Final = "aws_cloudwatch_metric_alarm"
_WHOLE: Final = "aws_cloudwatch_composite_alarm"
_LISTENER: Final = "aws_sns_topic_subscription"
_NAMED: Final = re.compile(r'(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*"?(.*?)"?\s*\)')
_AT_ONCE: Final = frozenset({"lambda", "sqs", "firehose"})
"""Protocols that need nobody's yes: Amazon SNS Developer Guide, "Subscribing to a topic"."""


Told = list[tuple[Instance, dict[str, Any]]]


def components(code: Resources) -> Iterator[Collected]:
    """Each alarm by itself; then, where filters of a trail are, what all of it comes to."""
    alarms = [(one, _alarm(code, one)) for one in code.of(_ALARM, _WHOLE)]
    listening = [(one, _listener(code, one)) for one in code.of(_LISTENER)]
    parts = _parts(told["AlarmRule"] for _, told in alarms if "AlarmRule" in told)
    for one, told in alarms:
        if parts is not None and parts.isdisjoint({told["AlarmName"], told["AlarmArn"]}):
            yield of_whole(code, REGION, one, {"metric_alarms": known([told], one)})
    if listening and code.is_alone:  # topics alone ask for it, of all that there is
        first = listening[0][0]
        aspects = {"sns_subscriptions": known(_by_name(code, listening), first)}
        yield of_whole(code, REGION, first, aspects)
    filters = [(one, _filter(code, one)) for one in code.of(_FILTER)]
    trails = {
        str(group_of(code, one.get("cloud_watch_logs_group_arn")))
        for one in code.of("aws_cloudtrail")
    }
    about = [one for one, told in filters if str(told["logGroupName"]) in trails]
    if about:
        several = {
            "metric_filters": filters,
            "metric_alarms": alarms,
            "sns_subscriptions": listening,
        }
        aspects = {
            f"{REGION}.{name}": known(_all(code, each), about[0]) for name, each in several.items()
        }
        yield of_whole(code, ACCOUNT, about[0], aspects)


def _all(code: Resources, several: Told) -> list[Any]:
    """What is surely there, then what may be."""
    sure = [told for one, told in several if not one.doubt]
    doubts = [Unknown(one.doubt) for one, _ in several if one.doubt]
    unread = [Unknown(f"{one.written} is not read, and may say more") for one in code.of("module")]
    return [*sure, *doubts, *unread]


def group_of(code: Resources, value: Any) -> Any:
    """What a log group is called, by its ARN, its name or a reference."""
    if isinstance(value, PartialText):
        several = [one for one in value.parts if not isinstance(one, str)]
        texts = "".join(one for one in value.parts if isinstance(one, str))
        if len(several) == 1 and texts in {"", ":*"} and isinstance(several[0], Reference):
            return several[0].address
        last = value.parts[-1]
        value = last if isinstance(last, str) and ":log-group:" in last else value
    if isinstance(value, Reference):
        return value.address
    if not isinstance(value, str):
        return value
    name = value.partition(":log-group:")[2].removesuffix(":*") or value.removesuffix(":*")
    group = code.called(_GROUP).get(name)
    return name if group is None else group.address


def _group(code: Resources, one: Instance) -> Any:
    return group_of(code, one.get("log_group_name"))


def _filter(code: Resources, one: Instance) -> dict[str, Any]:
    metrics = one.blocks("metric_transformation")
    return {
        "filterName": _called(one, "name"),
        "logGroupName": _group(code, one),
        "filterPattern": one.get("pattern", ""),
        "metricTransformations": metrics
        if isinstance(metrics, Unknown)
        else [
            each
            if isinstance(each, Unknown)
            else {
                "metricNamespace": each.get("namespace"),
                "metricName": _metric(code, each.get("name")),
            }
            for each in metrics
        ],
    }


def _called(one: Instance, argument: str) -> str:
    name = one.get(argument)
    return name if isinstance(name, str) else one.address


def _metric(code: Resources, value: Any) -> Any:
    """A metric's name, which may be said to be that of its filter."""
    if isinstance(value, Reference):
        of = code.called(_FILTER).get(value.address)
        return value if of is None else of.get("name", of.address)
    return value


def _alarm(code: Resources, one: Instance) -> dict[str, Any]:
    made: dict[str, Any] = {
        "AlarmName": _called(one, "alarm_name"),
        "AlarmArn": one.address,
        "ActionsEnabled": settled(one.get("actions_enabled", default=True)),
        "AlarmActions": _actions(code, one.get("alarm_actions", [])),
    }
    if one.type == _WHOLE:
        return made | {"AlarmRule": _rule(one.get("alarm_rule", ""))}
    return made | {
        "Namespace": one.get("namespace", ""),
        "MetricName": _metric(code, one.get("metric_name", "")),
    }


def _rule(value: Any) -> Any:
    """The alarms that it is made of by their names; those that are not known yet, by address."""
    if not isinstance(value, PartialText):
        return value
    parts = [one.address if isinstance(one, Reference) else one for one in value.parts]
    return value if any(isinstance(one, Unknown) for one in parts) else "".join(map(str, parts))


def _parts(rules: Iterable[Any]) -> set[str] | None:
    """The alarms that others are made of; ``None`` where nobody knows which."""
    several = list(rules)
    if any(isinstance(one, Unknown) for one in several):
        return None
    return {name for one in several for name in _NAMED.findall(str(one))}


def _actions(code: Resources, value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [_topic(code, one) for one in value]


def _topic(code: Resources, value: Any) -> Any:
    """A topic by its address; another thing as what it will be."""
    if isinstance(value, Reference):
        return value.address
    if isinstance(value, str) and ":sns:" in value:
        topic = code.called(_TOPIC).get(value.rpartition(":")[2])
        return value if topic is None else topic.address
    return value


def _listener(code: Resources, one: Instance) -> dict[str, Any]:
    protocol = one.get("protocol")
    at_once = isinstance(protocol, str) and protocol in _AT_ONCE
    why = f"whether anybody confirms {one.written} is known only once it is there"
    return {
        "TopicArn": _topic(code, one.get("topic_arn")),
        "SubscriptionArn": f"arn:{one.address}" if at_once else Unknown(why),
        "Protocol": protocol,
        "Endpoint": one.get("endpoint"),
    }


def _by_name(code: Resources, several: Told) -> list[Any]:
    """Subscriptions, with their topics called as components are."""
    topics = {one.address: f"{API}:{one.name}" for one in code.of(_TOPIC)}
    return [
        told | {"TopicArn": topics.get(told["TopicArn"], told["TopicArn"])}
        if isinstance(told["TopicArn"], str)
        else told
        for _, told in several
    ]
