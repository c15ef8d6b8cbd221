"""Who has every permission of an account, with all that counts: groups, boundaries, denials."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Case,
    Other,
    Outcome,
    Subject,
    UnknownError,
    World,
    case,
)
from ringwall.posture.checks.aws.authorization import identity_of
from ringwall.posture.checks.aws.controlled import bound, controls_on, policy, shut_by
from ringwall.posture.permissions.accounts import ADMINISTRATOR_ACCESS, Identity, account
from ringwall.posture.permissions.administrators import is_administrator, is_shut_down
from ringwall.posture.permissions.controls import Controls
from ringwall.posture.permissions.principals import principal
from ringwall.posture.snapshot.partial import IN_CODE, guarded

_DENYING: Final = ("Deny", "Quarantine")
_WORDS: Final = {"aws-iam-user": "user", "aws-iam-group": "group", "aws-iam-role": "role"}


def declared(world: World, it: Subject) -> Identity | None:
    """Somebody whom code declares, if they may do everything for certain.

    By what stands in the code: it has no whole account, and that somebody may not it does not
    tell. Of what AWS wrote only AdministratorAccess counts, and what denies. A policy or a group
    that is named and not read may deny everything.
    """
    word = _WORDS[it.found.kind]
    try:
        told = it.read("details")
        attached = [one for one in told.get("AttachedManagedPolicies") or () if _counts(one)]
        arn = f"arn:aws:iam::{IN_CODE}:{word}/{it.label}"
        mine = guarded({**told, "Arn": arn, "AttachedManagedPolicies": attached})
        policies = [
            one.read("details")
            for arn in {each["PolicyArn"] for each in attached}
            for one in world.where("aws-iam-policy", _by_arn, (it.account, arn), may_miss=True)
        ]
        groups = [
            one.read("details")
            for name in told.get("GroupList", ())
            for one in world.where("aws-iam-group", _by_name, (it.account, name), may_miss=True)
        ]
        found = account(
            IN_CODE,
            policies=policies,
            users=[mine] if word == "user" else (),
            roles=[mine] if word == "role" else (),
            groups=[mine] if word == "group" else groups,
        ).find(arn)
        if found is None:
            return None
        asked = found
        if asked.who is None:
            asked = replace(asked, who=principal(f"arn:aws:iam::{IN_CODE}:user/any-0"))
        return found if is_administrator(asked) else None
    except UnknownError:
        return None


def _by_arn(policy: Subject) -> list[tuple[str, str]]:
    try:
        return [(policy.account, policy.read("details")["Arn"])]
    except UnknownError:
        return []


def _by_name(group: Subject) -> list[tuple[str, str]]:
    return [(group.account, group.label)]


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
    if is_administrator(_somebody(it, found)):
        return found
    policies = found.policies
    bounds = [policies.boundary] if policies.boundary else []
    for one in (*policies.identity, *bounds):
        if one.faults:
            raise UnknownError(f"what {it.label} may do is not known: {'; '.join(one.faults)}")
    return None


def shut_down_by(it: Subject, found: Identity) -> str:
    """The control policies that leave an administrator nothing of what makes one; empty if none.

    Who has all that they leave to an account is its administrator.
    """
    controls = controls_on(it).lasting
    if not controls.levels:
        return ""

    def is_open(less: Controls) -> bool:
        asked = _somebody(it, found)
        policies = replace(asked.policies, scps=less.levels, rcps=less.rcps)
        return not is_shut_down(replace(asked, policies=policies))

    return "" if is_open(controls) else shut_by(controls, is_open)


def _somebody(it: Subject, found: Identity) -> Identity:
    """A user or role as it is, and of a group somebody in it."""
    if found.who is not None:
        return found
    return replace(found, who=principal(f"arn:aws:iam::{it.account}:user/any-0"))


def cases_of_shutting(*others: Other, **aspects: Any) -> tuple[Case, ...]:
    """Of an administrator's account in an organisation: what leaves one nothing, and what less."""

    def within(told: str, outcome: Outcome, *actions: str, **more: Any) -> Case:
        one = {"Effect": "Deny", "Action": list(actions), "Resource": "*", **more}
        there = bound(policy(_SCP, "full", _ALL), policy(_SCP, "suspended", one))
        return case(told, outcome, *others, there, **aspects)

    spared = {"StringNotEquals": {"aws:PrincipalTag/keep": "yes"}}
    return (
        within("in an account that is shut down", PASS, "*"),
        within("but for a tag", FAIL, "*", Condition=spared),
        within("where IAM is denied to all", FAIL, "iam:*"),
    )


_SCP: Final = "service control policy"
_ALL: Final = {"Effect": "Allow", "Action": "*", "Resource": "*"}
