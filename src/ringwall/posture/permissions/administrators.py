"""Who has every permission of an account, by what, and what they would be without that."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ringwall.posture.permissions.accounts import (
    ADMINISTRATOR_ACCESS,
    IAM_FULL_ACCESS,
    Account,
    Identity,
)
from ringwall.posture.permissions.asking import context_of, may
from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.statements import Document, Statement

_PROBES: Final = (
    ("iam:AttachRolePolicy", "arn:aws:iam::{account}:role/any-0"),
    ("iam:PutUserPolicy", "arn:aws:iam::{account}:user/any-0"),
    ("iam:CreatePolicyVersion", "arn:aws:iam::{account}:policy/any-0"),
    ("s3:GetObject", "arn:aws:s3:::any-0/any-0"),
    ("ec2:RunInstances", "arn:aws:ec2:eu-west-1:{account}:instance/i-0"),
)


def is_administrator(identity: Identity) -> bool:
    """Whether an identity may do everything that matters: probed with requests of several kinds.

    Everything is all that control policies leave to the account: who has that is no less its
    administrator for what they deny to everybody.
    """
    if not identity.policies.identity:
        return False
    return all(one is Outcome.ALLOWED for one in _probed(_uncontrolled(identity)))


def is_shut_down(identity: Identity) -> bool:
    """Whether an identity may do nothing of what makes an administrator: all of it is denied."""
    return all(one is Outcome.DENIED for one in _probed(identity))


def _probed(identity: Identity) -> Iterator[Outcome]:
    number = identity.who.account if identity.who else ""
    for action, resource in _PROBES:
        yield _best(identity, action, resource.format(account=number))


def _best(identity: Identity, action: str, resource: str) -> Outcome:
    """By the policy that suits them, where one is chosen: what keeps one from them is no guard."""
    found = Outcome.DENIED
    for policy in (ADMINISTRATOR_ACCESS, IAM_FULL_ACCESS) if "Attach" in action else ("",):
        context = context_of(identity, said={"iam:policyarn": (policy or ADMINISTRATOR_ACCESS,)})
        outcome = may(identity, action, resource, context=context).outcome
        if outcome is Outcome.ALLOWED:
            return outcome
        found = outcome if found is Outcome.DENIED else found
    return found


def giving_everything(identity: Identity) -> tuple[Statement, ...]:
    """The statements by which an administrator is one, as far as a single request tells."""
    arn = f"arn:aws:iam::{identity.who.account if identity.who else ''}:role/any-0"
    identity = _uncontrolled(identity)
    return may(identity, "iam:PutRolePolicy", arn, context=context_of(identity)).all_by


def _uncontrolled(identity: Identity) -> Identity:
    policies = identity.policies
    if not policies.scps and not policies.rcps:
        return identity
    return replace(identity, policies=replace(policies, scps=(), rcps=()))


def administrators_without(account: Account) -> list[Identity]:
    """The administrators of an account, as they would be without what makes them that."""
    found = []
    for identity in account.principals:
        if not identity.is_services and is_administrator(identity):
            gone = set(giving_everything(identity))
            documents = tuple(_less(one, gone) for one in identity.policies.identity)
            policies = replace(identity.policies, identity=documents)
            found.append(replace(identity, policies=policies))
    return found


def _less(document: Document, gone: set[Statement]) -> Document:
    left = tuple(one for one in document.statements if one not in gone)
    return Document(document.name, document.kind, left, document.faults)
