"""What a change event says was changed: records of CloudTrail, as they are or within EventBridge's.

Which names a record has where differs with each of some thousand operations. So every text in it
is held against the names of what is known of the service, and the kinds of the service are listed
again: what was made is found by that, and what is gone. A name may lie within an ARN, an address
or a path. Where a record may have more names than are seen here, it says so: more is read then.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ringwall.posture.snapshot.snapshot import Seen

_ENVELOPE: Final = "AWS API Call via CloudTrail"
_HANDED_ON: Final = "Notification"
_READS: Final = ("Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet", "Query", "Scan")
_PREFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "ec2": ("ec2", "vpc", "ebs"),
    "elasticloadbalancing": ("elb", "elbv2", "elasticloadbalancing"),
    "monitoring": ("cloudwatch",),
    "logs": ("logs", "cloudwatch"),
    "s3": ("s3", "s3control"),
    "organizations": ("organizations", "account", "iam"),
    "access-analyzer": ("accessanalyzer", "access-analyzer"),
    "autoscaling": ("autoscaling", "application-autoscaling"),
    "apigateway": ("apigateway", "apigatewayv2"),
    "es": ("opensearch", "es"),
    "states": ("sfn",),
    "events": ("events", "eventbridge"),
    "wafv2": ("wafv2", "waf"),
    "elasticfilesystem": ("efs",),
}
"""How kinds of a service's components begin, and what it is called when it is asked, where that is
not as its events are called."""
_PARTS: Final = (
    "requestParameters",
    "responseElements",
    "resources",
    "serviceEventDetails",
    "additionalEventData",
)
_LONGEST: Final = 5_000
"""Texts of one record that are looked at."""
_PARTED: Final = re.compile(r"[^\s{}\"]{1,2048}")
"""What may be an ARN, an address or a path, and is no document."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A change: in which account and region, by which call, and all names that it has."""

    account: str
    region: str
    call: str
    prefixes: tuple[str, ...]
    names: frozenset[str]
    """As they are and in lower case, for services that do not tell these apart."""
    services: frozenset[str] = frozenset()
    """Those of the ARNs in it, as kinds begin."""
    is_cut: bool = False
    """Whether it may have had more names, which were left out."""

    @classmethod
    def done(
        cls, account: str, region: str, calls: Iterable[str], components: Iterable[str]
    ) -> "Happened":
        """What one did oneself: ``service:Operation`` each, and what they were about, by its id."""
        several: set[str] = set()
        for one in components:
            name = one.partition("/")[2]
            several |= {name, name.rpartition("/")[2], name.rpartition(":")[2]}
        made = list(calls)
        services = {one.partition(":")[0] for one in made}
        services |= {one.split("-")[1] for one in components if one.count("-") > 1}
        prefixes = {each for one in services for each in _PREFIXES.get(one, (one,))}
        names = frozenset(several | {one.lower() for one in several})
        return cls(account, region, ", ".join(made), tuple(sorted(prefixes)), names)

    def kinds(self, known: "set[str] | list[str]") -> list[str]:
        """Which of these kinds are of the service that was called."""
        return _beginning(known, self.prefixes)

    def named_kinds(self, known: Collection[str]) -> list[str]:
        """Which of these kinds are of services of whose components it has an ARN."""
        return _beginning(known, self.services)

    def matches(self, seen: Seen) -> bool:
        """Whether the record names this component."""
        found = seen.found
        several = (found.name, found.label, found.name.rpartition("/")[2])
        return any(one in self.names or one.lower() in self.names for one in several)

    def others_of(self, regions: Iterable[str]) -> list[str]:
        """Which of these regions it names that are not the one in which it happened."""
        return [one for one in regions if one != self.region and one in self.names]


def _beginning(kinds: Iterable[str], prefixes: Collection[str]) -> list[str]:
    found = []
    for kind in kinds:
        rest = kind.removeprefix("aws-")
        if any(rest == one or rest.startswith(f"{one}-") for one in prefixes):
            found.append(kind)
    return sorted(found)


class NoEventError(ValueError):
    """What was given is no record of a call; the text says what it is instead."""


def happened(text: object) -> Happened | None:
    """What a record tells; ``None`` where it changes nothing. :class:`NoEventError` otherwise."""
    if not isinstance(text, str | bytes | Mapping):
        msg = "it is no object"
        raise NoEventError(msg)
    try:
        told = text if isinstance(text, Mapping) else json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = f"it is no JSON: {error}"
        raise NoEventError(msg) from error
    if isinstance(told, Mapping) and "detail-type" in told:
        if told["detail-type"] != _ENVELOPE:
            msg = f"it is an event of the kind {told['detail-type']!r}, not {_ENVELOPE!r}"
            raise NoEventError(msg)
        told = told.get("detail")
    if not isinstance(told, Mapping):
        msg = "it is no object"
        raise NoEventError(msg)
    wanted = ("eventSource", "eventName", "awsRegion")
    missing = [name for name in wanted if not isinstance(told.get(name), str)]
    if missing:
        msg = f"it has no {' and no '.join(missing)}: is it a record of CloudTrail?"
        raise NoEventError(msg)
    if told.get("readOnly") is True or told.get("errorCode"):
        return None
    name = str(told["eventName"])
    if told.get("readOnly") is None and name.startswith(_READS):
        return None
    service = str(told["eventSource"]).partition(".")[0]
    texts = list(_texts([told.get(one) for one in _PARTS]))
    arns = [
        text.split(":", 5)[2] for text in texts if text.startswith("arn:") and text.count(":") > 4
    ]
    return Happened(
        account=str(told.get("recipientAccountId") or ""),
        region=str(told["awsRegion"]),
        call=f"{service}:{name}",
        prefixes=_PREFIXES.get(service, (service,)),
        names=frozenset(name for text in texts for name in _names(text)),
        services=frozenset(name for one in arns for name in _PREFIXES.get(one, (one,))),
        is_cut=len(texts) >= _LONGEST or any(_is_omitted(told.get(one)) for one in _PARTS),
    )


def _is_omitted(part: Any) -> bool:
    """CloudTrail leaves out what is longer than 100 KB, and says that it was."""
    return isinstance(part, Mapping) and part.get("omitted") is True


def records(text: str | bytes) -> Iterator[Mapping[str, Any]]:
    """The records of a file of CloudTrail, of lines of JSON, or of one event.

    Or of one that came by a topic of SNS, which wraps what it hands on.
    """
    try:
        told = json.loads(text)
    except RecursionError as error:
        msg = "it is nested too deeply"
        raise NoEventError(msg) from error
    except ValueError:
        lines = text.encode().splitlines() if isinstance(text, str) else text.splitlines()
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield json.loads(line)
                except (ValueError, RecursionError) as error:
                    msg = f"line {number} is no JSON: {error}"
                    raise NoEventError(msg) from error
        return
    if isinstance(told, Mapping) and isinstance(told.get("Records"), list):
        yield from told["Records"]
    elif isinstance(told, list):
        yield from told
    elif (within := _handed_on(told)) is not None:
        yield within
    else:
        yield told


def _handed_on(told: Any) -> Mapping[str, Any] | None:
    """The event in what a topic of SNS hands on, where it is one."""
    if not isinstance(told, Mapping) or told.get("Type") != _HANDED_ON:
        return None
    try:
        within = json.loads(str(told.get("Message")))
    except (ValueError, RecursionError):
        return None
    return within if isinstance(within, Mapping) else None


def _texts(value: Any) -> Iterator[str]:
    """Every text within, without following how deep it lies by calls of its own."""
    left, count = [value], 0
    while left and count < _LONGEST:
        one = left.pop()
        if isinstance(one, str):
            count += 1
            yield one
        elif isinstance(one, Mapping):
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)


def _names(text: str) -> Iterator[str]:
    """The text, and what it names by an ARN, an address or a path; also in lower case."""
    several = {text}
    if ("/" in text or ":" in text) and _PARTED.fullmatch(text) and not text.startswith("AWS::"):
        is_arn = text.startswith("arn:") and text.count(":") > 4
        rest = text.split(":", 5)[5] if is_arn else text
        several |= {one for one in re.split(r"[/:]", rest) if one}
        # A name that has slashes itself: `repository/team/app`.
        several |= {rest.partition(mark)[2] for mark in "/:" if mark in rest}
    for one in several:
        yield one
        yield one.lower()
