"""Drift between code and cloud: what is declared, what is there, and where the two differ."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ringwall.core.observations import Observation, State, UnknownError
from ringwall.posture.checking.noting import digest
from ringwall.posture.checking.settled import APART
from ringwall.posture.snapshot.partial import Assumed, Unknown, guarded
from ringwall.posture.snapshot.snapshot import Seen, Snapshot

NAMED: Final[Mapping[str, str]] = {
    "aws-s3-bucket": "listed",
    "aws-iam-user": "details",
    "aws-iam-group": "details",
    "aws-iam-role": "details",
    "aws-iam-policy": "details",
    "aws-rds-instance": "listed",
    "aws-rds-cluster": "listed",
    "aws-lambda-function": "listed",
    "aws-dynamodb-table": "described",
    "aws-ecr-repository": "listed",
    "aws-eks-cluster": "described",
    "aws-logs-group": "listed",
    "aws-secretsmanager-secret": "listed",
    "aws-sqs-queue": "attributes",
    "aws-sns-topic": "attributes",
    "aws-cloudtrail-trail": "listed",
}
"""The kinds of which people give the names, so that one name is the same thing in both."""
_LEFT_OUT: Final = frozenset(
    {"Arn", "Path", "FunctionArn", "VpcId", "GroupId", "GroupList", "Written"}
)
"""What code cannot know, or tells in its own way."""

_OWNER: Final[Mapping[str, str]] = {"Type": "CanonicalUser", "ID": "owner"}

_ASKED: Final = "what will be asked for there is not known yet"
_HIDDEN: Final = ("Environment", "UserData", "Password", "Secret", "Token")
"""What may be secret is compared, and never shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One difference. ``part`` is the aspect and the path in it; ``why`` says both values.

    Long ones are cut there, and what may be secret is not told: ``values`` is a digest of them.
    """

    declared: str
    there: str
    part: str
    why: str
    values: str = field(compare=False, repr=False)


def drift(code: Snapshot, cloud: Snapshot) -> Iterator[Drift]:
    """Every difference between what code says and what the cloud tells of the same things.

    Only what both tell is compared: what is not written, not known or not read is no difference.
    """
    for kind in NAMED:
        there = {one.found.label: one for one in cloud.of_kind(kind)}
        for one in code.of_kind(kind):
            other = there.get(one.found.label)
            if other is not None and APART not in one.aspects:
                yield from _between(one, other)


def declares(code: Snapshot, cloud: Snapshot, component: str) -> bool:
    """Whether code says something of what is there."""
    there = cloud.get(component)
    return there is not None and any(
        one.found.label == there.found.label and APART not in one.aspects
        for one in code.of_kind(there.found.kind)
    )


def untold(code: Snapshot, cloud: Snapshot) -> Iterator[tuple[str, str]]:
    """Where nobody can say whether the two differ: a component in the cloud, and a part of it."""
    for kind in NAMED:
        there = {one.found.label: one for one in cloud.of_kind(kind)}
        for one in code.of_kind(kind):
            other = there.get(one.found.label)
            if other is not None and APART not in one.aspects:
                yield from ((other.found.id, part) for part in _untold(one, other))


def _untold(declared: Seen, there: Seen) -> Iterator[str]:
    for aspect, said in declared.aspects.items():
        real = there.aspects.get(aspect)
        if real is None or not said.is_told or not real.is_told:
            yield aspect
            continue
        for path, left, _ in _differences(_value(said), _value(real), aspect):
            if isinstance(left, Unknown):
                yield path


def _between(declared: Seen, there: Seen) -> Iterator[Drift]:
    for aspect, said in declared.aspects.items():
        real = there.aspects.get(aspect)
        if real is None or not said.is_told or not real.is_told:
            continue
        for path, left, right in _differences(_value(said), _value(real), aspect):
            if isinstance(left, Unknown):
                continue
            yield Drift(
                declared=declared.found.id,
                there=there.found.id,
                part=path,
                why=_why(path, declared, left, right),
                values=digest([[_plain(left)], [_plain(right)]]),
            )


def _why(path: str, declared: Seen, left: Any, right: Any) -> str:
    where = f"{path} of {declared.found.label}"
    if any(word in path for word in _HIDDEN):
        return f"{where} is not in the cloud what it is in code ({declared.place})"
    return f"{where} is {_shown(left)} in code ({declared.place}), and {_shown(right)} in the cloud"


def _value(told: Observation) -> Any:
    return _of_the_owner(told.value) if told.state is State.KNOWN else None


def _of_the_owner(value: Any) -> Any:
    """An access list with its owner called so: code cannot know which account's number it is."""
    if not (isinstance(value, Mapping) and isinstance(value.get("Grants"), list)):
        return value
    owner = value.get("Owner")
    number = owner.get("ID") if isinstance(owner, Mapping) else None
    return {
        "Grants": [
            {**one, "Grantee": _OWNER}
            if isinstance(one, Mapping)
            and number is not None
            and isinstance(one.get("Grantee"), Mapping)
            and one["Grantee"].get("ID") == number
            else one
            for one in value["Grants"]
        ]
    }


def _differences(left: Any, right: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Each path with both values; with an :class:`Unknown` where it cannot be told."""
    if isinstance(left, Unknown):
        yield path, left, right
        return
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        for key, one in left.items():
            if isinstance(key, Assumed):
                yield f"{path}.{key}", Unknown(_ASKED), None
            elif key not in _LEFT_OUT:
                yield from _differences(one, right.get(key), f"{path}.{key}")
        return
    if isinstance(left, Mapping) and isinstance(right, str):
        right = _parsed(right)
        if isinstance(right, Mapping):
            yield from _differences(left, right, path)
        return
    if left in ([], {}, "", None, False) and right in ([], {}, "", None, False):
        return
    try:
        is_same = _plain(guarded(left)) == _plain(right)
    except UnknownError as error:
        yield path, Unknown(str(error)), right
        return
    if not is_same:
        yield path, left, right


def _parsed(text: str) -> Any:
    import json  # noqa: PLC0415 - policies alone are told as texts

    try:
        return json.loads(text)
    except ValueError:
        return text


def _plain(value: Any) -> Any:
    """Without what makes no difference: the order of lists, a list of one for that one."""
    if isinstance(value, Assumed):
        raise UnknownError("what will stand there is not known yet")
    if isinstance(value, Mapping):
        if any(isinstance(key, Assumed) for key in value):
            raise UnknownError(_ASKED)
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        several = [_plain(one) for one in value]
        return several[0] if len(several) == 1 else sorted(several, key=repr)
    return value


def _as_json(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False, sort_keys=True)


def _shown(value: Any) -> str:
    text = "not set" if value is None else value if isinstance(value, str) else _as_json(value)
    return text if len(text) < 120 else f"{text[:117]}..."
