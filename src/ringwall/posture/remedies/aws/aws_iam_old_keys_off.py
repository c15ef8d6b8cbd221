"""Switch old keys off, once programs have others."""

from typing import Final

from ringwall.posture.checking import Judgment, fails, passes
from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.checks.aws.iam.aws_iam_user_key_rotation import DAYS
from ringwall.posture.fixing import keys
from ringwall.posture.fixing.making import NoPlanError
from ringwall.posture.fixing.plans import Draft

MENDS: Final = ("aws-iam-user-key-rotation",)
READS: Final = keys.READS
_QUIET_DAYS: Final = 7
"""Whoever needs a key uses it within these, as far as one can tell."""


def plan(it: Subject, world: World) -> Draft:
    """None while an old key is used: programs have to have a new one first."""
    old = _old(it)
    if not old:
        raise NoPlanError(f"there is nothing to mend: {it.label} has no old keys any more")
    with world.aside():
        for key in old:
            when = keys.used(it, key)
            if when is not None and keys.days_since(when) < _QUIET_DAYS:
                msg = (
                    f"there is no plan for {it.label}: its key {key.id} was used on"
                    f" {when:%Y-%m-%d}; make a second key, move programs to it, and plan this again"
                    f" once the old one was not used for {_QUIET_DAYS} days"
                )
                raise NoPlanError(msg)
    return keys.switched_off(it, old, [f"{key.age_days} days old" for key in old])


def judge(it: Subject, world: World) -> Judgment:
    """As the check, of the keys as IAM tells them now."""
    if old := _old(it):
        return fails(", ".join(f"key {key.id} is {key.age_days} days old" for key in old))
    return passes("no key is older than 90 days")


def _old(it: Subject) -> list[keys.Key]:
    return [key for key in keys.active(it) if key.age_days > DAYS]
