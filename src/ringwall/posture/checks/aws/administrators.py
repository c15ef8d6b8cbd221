"""Who has every permission of an account, with all that counts: groups, boundaries, denials."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ringwall.posture.checking import Subject, UnknownError, World
from ringwall.posture.checks.aws.authorization import identity_of
from ringwall.posture.permissions.accounts import ADMINISTRATOR_ACCESS, Identity, account
from ringwall.posture.permissions.escalation import is_administrator
from ringwall.posture.permissions.principals import principal
from ringwall.posture.snapshot.partial import IN_CODE, guarded

_DENYING: Final = ("Deny", "Quarantine")
_WORDS: Final = {"aws-iam-user": "user", "aws-iam-group": "group", "aws-iam-role": "role"}


def declared(world: World, it: Subject) -> Identity | None:
    """Somebody whom code declares, if they may do everything for certain.

    By what stands in the code: it has no whole account, and that somebody may not it does not
    tell. Of what AWS wrote only AdministratorAccess counts, and what denies.
    """
    word = _WORDS[it.found.kind]
    try:
        told = it.read("details")
        attached = [one for one in told.get("AttachedManagedPolicies") or () if _counts(one)]
        arn = f"arn:aws:iam::{IN_CODE}:{word}/{it.label}"
        mine = guarded({**told, "Arn": arn, "AttachedManagedPolicies": attached})
        policies = [
            one.read("details")
            for one in world.all("aws-iam-policy", account=it.account)
            if one.read("details").get("Arn") in {each["PolicyArn"] for each in attached}
        ]
        groups = [
            one.read("details")
            for one in world.all("aws-iam-group", account=it.account)
            if one.label in told.get("GroupList", ())
        ]
        several = {"groups": groups} | {f"{word}s": [mine]}
        found = account(IN_CODE, policies=policies, **several).find(arn)
        if found is None:
            return None
        asked = found
        if asked.who is None:
            asked = replace(asked, who=principal(f"arn:aws:iam::{IN_CODE}:user/any-0"))
        return found if is_administrator(asked) else None
    except UnknownError:
        return None


def _counts(attached: Mapping[str, str]) -> bool:
    arn = attached["PolicyArn"]
    return (
        ":iam::aws:policy/" not in arn
        or arn == ADMINISTRATOR_ACCESS
        or any(word in arn for word in _DENYING)
    )


def administrator(world: World, it: Subject) -> Identity | None:
    """A user, role or group if it may do everything; ``UnknownError`` where that is not known."""
    found = identity_of(world, it)
    asked = found
    if asked.who is None:
        who = principal(f"arn:aws:iam::{it.account}:user/any-0")
        asked = replace(asked, who=who)
    if is_administrator(asked):
        return found
    policies = asked.policies
    bounds = [policies.boundary] if policies.boundary else []
    for one in (*policies.identity, *bounds):
        if one.faults:
            raise UnknownError(f"what {it.label} may do is not known: {'; '.join(one.faults)}")
    return None
