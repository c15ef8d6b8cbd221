"""All of an account's identities at once, for checks that ask who may do what in the end.

What is made of them is made once for all judgments of a snapshot.
"""

from collections.abc import Mapping
from typing import Final

from ringwall.posture.checking import (
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    fails,
    passes,
)
from ringwall.posture.checking.reading import ANY
from ringwall.posture.permissions.accounts import account
from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.escalation import escalations
from ringwall.posture.permissions.reaching import Rise, rises
from ringwall.posture.permissions.techniques_iam import IAM
from ringwall.posture.permissions.techniques_passing import PASSING

_KINDS: Final = {
    "users": "aws-iam-user",
    "groups": "aws-iam-group",
    "roles": "aws-iam-role",
    "policies": "aws-iam-policy",
}
READS: Final = tuple(f"{kind}.details" for kind in _KINDS.values())
"""What a check reads that asks so."""


def escalating(world: World, it: Subject) -> Judgment:
    """Whether a user or role comes to every permission of its account.

    By what IAM and the passing of roles allow: nothing has to be known of what runs.
    """
    it.read("details")
    found = _rises(world, it).get(it.name)
    if found is None:
        return passes("what it may do leads to no more than that")
    if found.outcome is Outcome.UNKNOWN:
        why = next(
            one.decision.why for one in found.steps if one.decision.outcome is Outcome.UNKNOWN
        )
        raise UnknownError(f"{it.label} may come to every permission: {why}")
    said = f"{it.label} comes to every permission of the account: it {found}"
    if found.outcome is Outcome.CONDITIONAL:
        keys = sorted(
            {
                condition.key
                for one in found.steps
                for condition in (*one.decision.requires, *one.decision.forbids)
            }
        )
        return fails(f"{said}, as far as {', '.join(keys)} admit it", Severity.MEDIUM)
    return fails(said)


def _rises(world: World, it: Subject) -> Mapping[str, Rise]:
    several = {name: world.all(kind, account=it.account) for name, kind in _KINDS.items()}
    world.touched |= {(kind, ANY) for kind in _KINDS.values()}
    key = (_rises, it.account)
    known = world.indexes.get(key)
    if known is None:
        known = world.indexes[key] = _made(world, it.account, several)
    if isinstance(known, UnknownError):
        raise UnknownError(known.why, known.facts)
    found: Mapping[str, Rise] = known
    return found


def _made(
    world: World, number: str, several: Mapping[str, list[Subject]]
) -> Mapping[str, Rise] | UnknownError:
    aside = World(world.snapshot, world.indexes)
    try:
        entries = {
            name: [aside.need(one.id).read("details") for one in subjects]
            for name, subjects in several.items()
        }
    except UnknownError as error:
        return error
    whole = account(
        number,
        users=entries["users"],
        groups=entries["groups"],
        roles=entries["roles"],
        policies=entries["policies"],
    )
    return rises(whole, escalations(whole, techniques=(*IAM, *PASSING)))
