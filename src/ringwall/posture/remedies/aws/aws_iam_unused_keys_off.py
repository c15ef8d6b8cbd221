"""Switch keys off that nobody uses."""

from typing import Final

from ringwall.posture.checking import Judgment, fails, passes
from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.checks.aws.iam.aws_iam_user_unused import DAYS, unused_of
from ringwall.posture.checks.aws.iam.credentials import row_of
from ringwall.posture.fixing import keys
from ringwall.posture.fixing.making import NoPlanError
from ringwall.posture.fixing.plans import Draft

MENDS: Final = ("aws-iam-user-unused",)
READS: Final = keys.READS
_NO_KEYS: Final = {"access_key_1_active": "false", "access_key_2_active": "false"}


def plan(it: Subject, world: World) -> Draft:
    """Keys alone: a password can be deleted and not switched off, and does not come back."""
    if password := _beside_keys(it, world):
        msg = (
            f"there is no plan for {it.label}: {password[0]}, and it can only be deleted, for good:"
            f" `aws iam delete-login-profile --user-name {it.label}`"
        )
        raise NoPlanError(msg)
    with world.aside():  # of keys that are used the plan does not stand on when they are
        unused = _unused(it)
    if not unused:
        raise NoPlanError(f"there is nothing to mend: the keys of {it.label} were used meanwhile")
    why = [f"not used for {days} days" for days in unused.values()]
    return keys.switched_off(it, list(unused), why)


def judge(it: Subject, world: World) -> Judgment:
    """As the check, of the keys as IAM tells them now."""
    told = [f"its key {key.id} was not used for {days} days" for key, days in _unused(it).items()]
    if found := [*_beside_keys(it, world), *told]:
        return fails(", ".join(found))
    return passes("whatever it has was used lately")


def _unused(it: Subject) -> dict[keys.Key, int]:
    several = {key: keys.unused_days(it, key) for key in keys.active(it)}
    return {key: days for key, days in several.items() if days > DAYS}


def _beside_keys(it: Subject, world: World) -> list[str]:
    with world.aside():  # the report is of all users: another's change changes no plan
        return unused_of({**row_of(it, world), **_NO_KEYS}, it.label)
