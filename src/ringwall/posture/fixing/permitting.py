"""Which permissions applying a plan needs, and taking it back, besides those of a scan."""

from functools import cache
from typing import Final

from ringwall.posture.checking.finding import own_checks
from ringwall.posture.collecting.planning import permission, plan_for, plan_of
from ringwall.posture.fixing.making import NoPlanError, remedy_of
from ringwall.posture.fixing.plans import Plan

_NAMED: Final = {
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteBucketOwnershipControls": "s3:PutBucketOwnershipControls",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3control:PutPublicAccessBlock": "s3:PutAccountPublicAccessBlock",
    "s3control:DeletePublicAccessBlock": "s3:PutAccountPublicAccessBlock",
}
"""By the call: the action that IAM has for it, where that is not the call's own name."""
_LINKED: Final = "iam:CreateServiceLinkedRole"
_ALSO: Final = {
    "accessanalyzer:CreateAnalyzer": _LINKED,
    "guardduty:CreateDetector": _LINKED,
}
"""What a call needs besides, where the account has no role for the service yet."""


def actions_of(plan: Plan) -> list[str]:
    """The actions of IAM, each once: those of its calls, and of what no scan reads."""
    calls = {one.call for step in plan.draft.steps for one in (step.do, *step.undo)}
    also = {_ALSO[one] for one in calls if one in _ALSO}
    return sorted(_read(plan.check) | also | {_NAMED.get(one) or permission(one) for one in calls})


@cache
def _read(check: str) -> frozenset[str]:
    """What is read for the plan alone."""
    try:
        reads = getattr(remedy_of(check), "READS", ())
    except NoPlanError:  # a plan of before, of a remedy that is no more
        return frozenset()
    return frozenset(plan_of(reads).actions) - set(plan_for(own_checks()).actions)
