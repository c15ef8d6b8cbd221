"""Access keys of a user, as IAM tells them now, and the plan that switches some of them off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ringwall.posture.checking.reading import Subject
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import argument

READS: Final = tuple(f"aws-iam-user.{one}" for one in ("access_keys", "key_1_used", "key_2_used"))
_ON: Final = "Active"
_LATE: Final = (
    "the credential report tells it up to four hours later, and the finding stays so long"
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key that is switched on; ``number`` is its place among those of its user."""

    number: int
    id: str
    made: datetime

    @property
    def age_days(self) -> int:
        """Whole days since it was made."""
        return days_since(self.made)


def active(it: Subject) -> list[Key]:
    """The keys of a user that are switched on."""
    return [
        Key(number, one["AccessKeyId"], one["CreateDate"])
        for number, one in enumerate(it.read("access_keys", []), 1)
        if one["Status"] == _ON
    ]


def used(it: Subject, key: Key) -> datetime | None:
    """When a key was used last, ``None`` where it never was since AWS keeps count (2015)."""
    found: datetime | None = it.read(f"key_{key.number}_used", {}).get("LastUsedDate")
    return found


def unused_days(it: Subject, key: Key) -> int:
    """Whole days since it was used, or made."""
    return days_since(used(it, key) or key.made)


def days_since(when: datetime) -> int:
    """Whole days."""
    return (datetime.now(UTC) - when).days


def switched_off(it: Subject, keys: Sequence[Key], why: Sequence[str]) -> Draft:
    """The plan: each of these keys to Inactive, and back. ``why`` says of each what it is about."""
    steps, terraform = list[Step](), ""
    for key in keys:
        used(it, key)  # the plan stands on it: whoever uses the key meanwhile has it refused
        of = {"UserName": it.label, "AccessKeyId": key.id}
        call = "iam:UpdateAccessKey"
        do = Call(call=call, arguments=of | {"Status": "Inactive"}, words=f"switch {key.id} off")
        undo = Call(call=call, arguments=of | {"Status": _ON}, words=f"switch {key.id} on again")
        steps.append(Step(do=do, undo=(undo,)))
        terraform += argument("aws_iam_access_key", key.id, {"status": "Inactive"})
    return Draft(
        changes=tuple(
            f"key {key.id}, {told}: on → off, and not deleted"
            for key, told in zip(keys, why, strict=True)
        ),
        steps=tuple(steps),
        warning=f"programs that have the key fail; {_LATE}",
        terraform=terraform,
    )
