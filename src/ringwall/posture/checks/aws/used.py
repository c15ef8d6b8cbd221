"""What users, groups and roles used of what they may do, by what AWS tracks, for several checks.

AWS tracks 400 days, and tells of a call some hours after it (IAM User Guide, "Last accessed
information"). So nobody is judged who is younger than the days that are asked for, and of a service
that AWS does not tell of it is not known whether it was used.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ringwall.posture.checking import (
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    fails,
    passes,
)
from ringwall.posture.checks.aws.granting import EVERYTHING, granted
from ringwall.posture.checks.aws.statements import current
from ringwall.posture.permissions.shrinking import Smaller, Used, smaller, used_of

DAYS: Final = 90
READS: Final = ("details", "last_accessed", "aws-iam-policy.details")
"""What a check reads that asks for a smaller policy."""
KINDS: Final = {"aws-iam-user": "User", "aws-iam-group": "Group", "aws-iam-role": "Role"}
_SHOWN: Final = 8


def moment(value: object) -> datetime:
    """A moment as AWS tells it, or as it was kept."""
    when = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def ago(days: int) -> datetime:
    """So many days before now."""
    return datetime.now(UTC) - timedelta(days=days)


def is_judged(it: Subject) -> bool:
    """Whether it is one whose policies are the account's to change; code has not used anything."""
    return it.name.startswith("arn:") and ":role/aws-service-role/" not in it.name


def age_of(it: Subject) -> int:
    """Days since it was made."""
    return (datetime.now(UTC) - moment(it.read("details")["CreateDate"])).days


def used_by(it: Subject) -> Used:
    """What it used within the days."""
    told = it.read("last_accessed")
    return used_of(told or (), now=datetime.now(UTC), days=DAYS)


def proposals(world: World, it: Subject, used: Used | None = None) -> list[Smaller]:
    """Each of its own policies as it could be, those that stay as they are included.

    Not those of its groups. ``UnknownError`` where one could not be read or is not understood.
    """
    known = used_by(it) if used is None else used
    found = []
    for name, arn, document in _documents(world, it):
        try:
            found.append(smaller(name, arn, document, known))
        except (ValueError, RecursionError) as error:
            raise UnknownError(f"what {name} of {it.label} allows is not known: {error}") from error
    return found


def judge_services(it: Subject, world: World) -> Judgment | None:
    """Whether its own policies grant services, or named actions, that it did not use."""
    if not is_judged(it):
        return None
    days = age_of(it)
    if days < DAYS:
        return passes(f"it was made {days} days ago, too lately to tell what it needs")
    used = used_by(it)
    several = proposals(world, it, used)
    if not several:
        return passes("it has no policies of its own")
    if not used.is_told:
        raise UnknownError(f"AWS tells nothing of what {it.label} used")
    if not used.services:
        return passes(f"nothing of it was used in {DAYS} days, which is for other checks to say")
    dropped = [one for one in several if one.is_smaller]
    if not dropped:
        return passes("all services that its policies name were used, as far as AWS tracks that")
    drops = [drop for one in dropped for drop in one.drops]
    shown = ", ".join(drops[:_SHOWN])
    more = f" and {len(drops) - _SHOWN} more" if len(drops) > _SHOWN else ""
    said = (
        f"used in {DAYS} days: {', '.join(sorted(used.services))}; not used but allowed: "
        f"{shown}{more}. `ringwall posture smaller {it.label}` proposes smaller policies"
    )
    return fails(said, Severity.HIGH if _is_everything(world, it) else None)


def _is_everything(world: World, it: Subject) -> bool:
    account = it.number
    try:
        return any(
            granted(document, EVERYTHING, account=account)
            for _, _, document in _documents(world, it)
        )
    except UnknownError:
        return False


def _documents(world: World, it: Subject) -> list[tuple[str, str, Any]]:
    """Its own policies: the name, the ARN of one that is attached, and what it says."""
    told: Mapping[str, Any] = it.read("details")
    word = KINDS[it.found.kind]
    found: list[tuple[str, str, Any]] = [
        (one["PolicyName"], "", one["PolicyDocument"])
        for one in told.get(f"{word}PolicyList") or ()
    ]
    for one in told.get("AttachedManagedPolicies") or ():
        arn = one["PolicyArn"]
        policies = world.where("aws-iam-policy", _arn_of, arn)
        if not policies:
            raise UnknownError(f"the policy {arn} of {it.label} was not read")
        found.append((one["PolicyName"], arn, current(policies[0].read("details"))))
    return found


def _arn_of(policy: Subject) -> list[str]:
    return [policy.name]
