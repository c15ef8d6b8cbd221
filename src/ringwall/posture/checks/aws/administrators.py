"""Who has every permission of an account, with all that counts: groups, boundaries, denials."""

from dataclasses import replace

from ringwall.posture.checking import Subject, UnknownError, World
from ringwall.posture.checks.aws.authorization import identity_of
from ringwall.posture.permissions.accounts import Identity
from ringwall.posture.permissions.escalation import is_administrator
from ringwall.posture.permissions.principals import principal


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
