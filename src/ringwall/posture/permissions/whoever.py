"""Whom somebody may be who has every permission of an account: anybody in it."""

import re
from collections.abc import Iterator
from typing import Final

from ringwall.posture.permissions import patterns
from ringwall.posture.permissions.accounts import EVERYTHING, Account, Identity
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.statements import Document, Kind

_ALL: Final = (read(EVERYTHING, name="every permission", kind=Kind.IDENTITY),)
_KEPT: Final = re.compile(r":role/aws-(?:reserved|service-role)/")
"""Roles whose trust and policies AWS lets nobody of the account change."""
_MADE: Final = 16
"""As many are made for the names that conditions like."""


def anybody_of(side: Account, *documents: Document) -> Iterator[Identity]:
    """Anybody of an account, those best whom documents name.

    They may make users and roles of whatever names. Roles that a service of AWS made are that
    service's: nobody of the account becomes them.
    """
    named = sorted(
        arn
        for document in documents
        for one in document.statements
        if one.principals is not None
        for arn in one.principals.arns
        if side.find(arn) is not None and not _KEPT.search(arn)
    )
    partition = next((one.arn.split(":")[1] for one in side.principals), "aws")
    own = f"arn:{partition}:iam::{side.id}"
    made = [
        arn
        for document in documents
        for pattern in _asked_for(document, "aws:principalarn")
        for kind in ("role", "user")
        if (arn := patterns.witness(pattern, f"{own}:{kind}/*")) is not None
        and not _KEPT.search(arn)
    ]
    policies = Policies(_ALL, scps=side.scps, rcps=side.rcps)
    anybody = (f"{own}:role/any-0", f"{own}:user/any-0")
    for arn in dict.fromkeys((*named, *made[:_MADE], *anybody)):
        yield Identity(arn, arn.rpartition("/")[2], policies, principal(arn))


def _asked_for(document: Document, key: str) -> Iterator[str]:
    for one in document.statements:
        for condition in one.conditions:
            if condition.key == key:
                yield from condition.values
