"""What a change event says was changed: records of CloudTrail, as they are or within EventBridge's.

Which names a record has where differs with each of some thousand operations. So every text in it
is held against the names of what is known of the service, and the kinds of the service are listed
again: what was made is found by that, and what is gone.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ringwall.posture.snapshot.snapshot import Seen

_ENVELOPE: Final = "AWS API Call via CloudTrail"
_READS: Final = ("Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet", "Query", "Scan")
_PREFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "ec2": ("ec2", "vpc", "ebs"),
    "elasticloadbalancing": ("elb", "elbv2", "elasticloadbalancing"),
    "monitoring": ("cloudwatch",),
    "logs": ("logs", "cloudwatch"),
    "s3": ("s3",),
    "es": ("opensearch", "es"),
    "states": ("sfn",),
    "events": ("events", "eventbridge"),
    "wafv2": ("wafv2", "waf"),
    "elasticfilesystem": ("efs",),
}
"""How kinds of a service's components begin, where that is not as its events are called."""
_LONGEST: Final = 5_000
"""Texts of one record that are looked at."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A change: in which account and region, by which call, and all names that it has."""

    account: str
    region: str
    call: str
    prefixes: tuple[str, ...]
    names: frozenset[str]

    def kinds(self, known: "set[str] | list[str]") -> list[str]:
        """Which of these kinds are of the service that was called."""
        found = []
        for kind in known:
            rest = kind.removeprefix("aws-")
            if any(rest == one or rest.startswith(f"{one}-") for one in self.prefixes):
                found.append(kind)
        return sorted(found)

    def matches(self, seen: Seen) -> bool:
        """Whether the record names this component."""
        found = seen.found
        return bool(self.names & {found.name, found.label, found.name.rpartition("/")[2]})


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
    parts = (told.get(one) for one in ("requestParameters", "responseElements", "resources"))
    return Happened(
        account=str(told.get("recipientAccountId", "")),
        region=str(told["awsRegion"]),
        call=f"{service}:{name}",
        prefixes=_PREFIXES.get(service, (service,)),
        names=frozenset(_texts(list(parts))),
    )


def records(text: str | bytes) -> Iterator[Mapping[str, Any]]:
    """The records of a file of CloudTrail, of lines of JSON, or of one event."""
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
    else:
        yield told


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
